#!/bin/sh
# The front door: whatever of the tools comes or goes between two commands, each step finds what
# is there. SPDX-License-Identifier: MIT
#
# The real quickstart, and later the real configure and Makefile, on a PATH of links. Stand-ins do
# the slow work: make says what it was asked for, apt-get "installs" stand-ins of the tools.
# shellcheck disable=SC2046,SC2086 # lists of steps and packages are words
# shellcheck disable=SC2016,SC2181 # texts for eval; a status is looked at with the rest
set -u
top=$(cd "${top_srcdir:-$(dirname "$0")/..}" && pwd)
build=$(cd "${top_builddir:-$top/build}" && pwd)
. "$top/test/lint/tap.sh"
if grep -q '^ACT_SANITIZER = .' "$build/Makefile"; then
    tap_skip "the front door" "there is nothing for a sanitizer to see"
    tap_end
fi
compiler=${CC:-cc}
unset CC CXX CFLAGS CPPFLAGS LDFLAGS LIBS AR NM RANLIB MAKEFLAGS MAKELEVEL MFLAGS VERBOSE
outer_path=$PATH
bin=$work/bin have=$work/have tools=$work/tools record=$work/record table=$work/table tree=$work/tree
export bin have tools record table
export CCACHE_PATH="$PATH" # a ccache among the links would find only itself there

# ---- What the real quickstart says that it needs ----

# "STEPS KIND NAME PACKAGE" a line; files are left out, as no PATH can hide them.
sed -n "/^needs='/,/'\$/{s/^needs='//;s/'\$//;/./p}" "$top/quickstart" | awk '$2 != "file"' >"$table"
steps=$(sed -n "s/^steps='\(.*\)'/\1/p" "$top/quickstart")
parts=$(awk '{ print $1 }' "$table" | tr ',' '\n' | sort -u | grep -vxF "$(printf '%s\n' build $steps)")

# needs_of STEP FIELD
needs_of() { awk -v step="$1" -v field="$2" '"," $1 "," ~ "," step "," { print $field }' "$table"; }

[ -n "$steps" ] && [ -n "$parts" ] && [ "$(needs_of models 3)" = spin ]
tap $? "what each step needs is in one table"

# ---- Stand-ins ----

mkdir -p "$tools" "$tree/aux" "$tree/test/bench"

# tool NAME: standard input becomes that stand-in.
tool() {
    { echo '#!/bin/sh' && cat; } >"$tools/$1"
    chmod +x "$tools/$1"
}
# A tool like any other has a version. What a compiler or interpreter finds lies in $have.
tool any <<'END'
name=${0##*/}
case " $* " in
*" --version "*) echo "$name $(cat "$have/version of $name" 2>/dev/null)" ;;
*" -dumpversion "*) echo 14.0.6 ;;
*" -x c - -o /"*) printf '#!/bin/sh\n' >"$5" && chmod +x "$5" ;;
*" -fsanitize="*) [ "$name" != clang ] || case "$*" in *=fuzzer*) [ -e "$have/clang:fuzzer" ] ;; esac ;;
*" -c import "*) [ -e "$have/python ${2#import }" ] ;;
*" -e 1 "*) module=$1; [ "$1" != -r ] || module=$2; [ -e "$have/$name ${module#-M}" ] ;;
*" -r exit("* | *" -e require "*) text=${2#*\'}; [ -e "$have/$name ${text%%\'*}" ] ;;
esac
END
tool pkg-config <<'END'
for name; do :; done
[ -e "$have/library $name" ] && { [ "$1" = --exists ] || cat "$have/library $name"; }
END
# Each line of $have/trouble is what one call says before it fails, or is done with waiting.
tool apt-get <<'END'
case " $* " in *" update "*) what=update ;; *" --download-only "*) what=download ;; *) what=install ;; esac
for word; do case $word in -* | *=* | install | update) ;; *) packages="${packages-} $word" ;; esac; done
echo "apt-get $what${packages-}" >>"$record"
case " $* " in *" DPkg::Lock::Timeout="[1-9]*) ;; *) echo "it would not wait for dpkg's lock"; exit 100 ;; esac
if [ "$what" != update ] && [ -s "$have/trouble" ]; then
    said=$(head -n 1 "$have/trouble")
    sed -i 1d "$have/trouble"
    echo "$said"
    case $said in Waiting*) ;; *) exit 100 ;; esac
fi
[ "$what" != install ] || "$tools/come" ${packages-}
END
# come PACKAGE...: what they hold is there.
tool come <<'END'
for package; do
    [ "$package" != gcc ] || ln -sf "$tools/any" "$bin/gcc"
    while read -r _ kind name its; do
        case $its in "$package") ;; *@*) [ "$package" = "${its%@*}14${its#*@}" ] || continue ;; *) continue ;; esac
        name=${name%%|*}
        case $kind in
        command) [ -x "$tools/$name" ] && ln -sf "$tools/$name" "$bin/" || ln -sf "$tools/any" "$bin/$name" ;;
        python) : >"$have/python $name"; ln -sf "$tools/any" "$bin/python3" ;;
        ruby | perl | php | lua) : >"$have/$kind $name"; ln -sf "$tools/any" "$bin/$kind" ;;
        library) echo "$name 1.0" >"$have/library $name" ;;
        links) : >"$have/$name" ;;
        esac
    done <"$table"
done
END
tool make <<'END'
[ "$*" = --version ] || echo "make $*" >>"$record"
case " $* " in *" . all "* | *" build/. all"*) mkdir -p build/samples/kv && cp "$tools/kv-demo" build/samples/kv/ ;; esac
END
tool kv-demo <<'END'
echo "demo $*" >>"$record"
END
tool autoreconf <<'END'
END
cp "$tools/autoreconf" "$tools/sleep"
tool id <<'END'
echo 0
END

# The tree has a configure that says what it was asked for, and may be told to fail.
tool configure <<'END'
echo "configure $*" >>"$record"
[ ! -s "$have/trouble" ]
END
cp "$tools/configure" "$tree/configure"
sed '/^[a-z,]* *file /d' "$top/quickstart" >"$tree/quickstart" && chmod +x "$tree/quickstart"
: >"$tree/configure.ac"
for part in $parts; do echo "echo bench $part >>\"\$record\"" >"$tree/test/bench/$part.sh"; done

# ---- The machine ----

# Links to all commands, except what the table names.
mkdir "$work/commands"
echo "$outer_path" | tr ':' '\n' | while read -r folder; do
    find -H "$folder" -maxdepth 1 -mindepth 1 -exec ln -s -t "$work/commands" {} + 2>/dev/null
done
awk '{ print $3 }' "$table" | tr '|' '\n' | sed 's/:.*//' >"$work/named"
printf '%s\n' python3 ruby perl php lua gcc clang cc sudo apt-get >>"$work/named"
cp -a "$work/commands" "$work/bare" && (cd "$work/bare" && xargs rm -f <"$work/named")
for name in id sleep autoreconf; do ln -sf "$tools/$name" "$work/bare/"; done

# machine [PACKAGE...]: a new one, with these; and nothing was done in the tree.
machine() {
    rm -rf "$bin" "$have" "$tree/build" "$tree/aux/complete"
    mkdir "$bin" "$have" && : >"$record"
    "$tools/come" "$@"
}
builds="gcc $(needs_of build 4 | tr "\n" " ")"; builds=${builds% }
with_apt() { ln -sf "$tools/apt-get" "$bin/"; }

# run ARGUMENT...: quickstart's status; what it says is in $work/said.
run() { PATH=$bin:$work/bare "$tree/quickstart" "$@" >"$work/said" 2>&1 </dev/null; }
# runs STEP-OR-PART
runs() { case " $steps " in *" $1 "*) run check "$1" ;; *) run bench "$1" ;; esac; }
# did LINE, did_not LINE: something was asked to do this; the line is a pattern of grep's.
did() { grep -qx "$1" "$record"; }
did_not() { ! did "$1"; }
forget() { : >"$record"; }
# were_installed PACKAGE...
were_installed() {
    for package; do
        case $package in libc6-dev | *@*) continue ;; esac # the header is there, and what gcc links
        did "apt-get install.* $package\( .*\)\{0,1\}" || return 1
    done
}
# told STATUS NAME: with what there is to know of a failure.
told() {
    set -- "$?" "$1"
    cat "$work/said" "$record" >"$work/why"
    tap "$1" "$2" "$work/why"
}

# ---- The two commands ----

machine
with_apt
run demo --seconds 1 && did 'demo --seconds 1' && were_installed $builds
told "the first command on a new machine is the demonstration"
forget
run check && tail -n 1 "$work/said" | grep -q '^[0-9]* passed, 0 failed$' && did 'make .*check-models'
told "the second one is the check"

# ---- Where it is installed ----

machine $builds
run install "$work/an/other" && did "configure --prefix=$work/an/other .*" &&
    did 'make .* -C build/install libact.la' &&
    did 'make .* -C build/install install-exec install-data' && did_not 'make .* all' &&
    grep -q "^export PKG_CONFIG_PATH=$work/an/other/lib/pkgconfig" "$work/said"
told "it is installed where that was asked for, without samples and tests"
forget
(cd "$work" && DESTDIR=$work/stage PATH=$bin:$work/bare "$tree/quickstart" install other) \
    >"$work/said" 2>&1 && did "configure --prefix=$work/other .*" && ! grep -q ^export "$work/said"
told "a relative prefix is one from where it was called; what is staged is not tried"
forget
! run install "$record/x" && grep -q "$record/x may not be written" "$work/said" &&
    did_not 'configure .*'
told "it says that it may not write there"
forget
default=/usr/local
for folder in /usr/local/lib /usr/local/include /usr/local/share; do
    [ -e "$folder" ] || folder=/usr/local
    [ -w "$folder" ] || default=$work/home/.local
done
HOME=$work/home DESTDIR=$work/stage run install && did "configure --prefix=$default .*"
told "it is installed in $default if nothing was asked for"

echo 'echo "quickstart $1" >>"$record"; echo "1 passed, 0 failed"' | tool quickstart
mkdir -p "$work/ci/.ci" && cp "$top/.ci/run" "$work/ci/.ci/" && cp "$tools/quickstart" "$work/ci/"
forget
PATH=$bin:$work/bare "$work/ci/.ci/run" >"$work/said" 2>&1 </dev/null
[ "$(grep quickstart "$record" | tr '\n' ' ')" = 'quickstart demo quickstart check ' ]
told "the build machine runs the same two"

# ---- Tools that come ----

# names_all PACKAGE...: what quickstart says has each; except what goes with a compiler that is
# not there yet.
names_all() {
    for package; do
        case $package in *@*) ;; *) grep -q -- " $package\( \|\$\)" "$work/said" || return 1 ;; esac
    done
}

for step in $steps $parts; do
    packages=$(needs_of "$step" 4 | sort -u)
    machine $builds
    run build
    forget
    ! runs "$step" && names_all $packages && did_not 'make .*' && did_not 'bench .*'
    told "$step says what it misses"
    "$tools/come" $packages $(echo $packages | sed 's/@/14/')
    runs "$step" && did '\(make\|bench\) .*' && did_not 'configure .* --enable-werror'
    told "$step finds what came after the build"

    machine $builds
    with_apt
    run build
    forget
    runs "$step" && were_installed $packages && did '\(make\|bench\) .*'
    told "$step installs what it misses"
    forget
    runs "$step" && did_not 'apt-get .*'
    told "$step installs nothing twice"
done

# ---- Findings that are not true any more ----

machine $builds
run build
forget
"$tools/come" $(awk '{ print $4 }' "$table")
run build && did_not 'configure .*'
told "a build is not configured again for what it does not need"

# outdated NAME COMMAND: after it the tree is configured again, and what was built before is not
# used.
outdated() {
    machine $builds clang
    run build
    forget
    eval "$2" && did 'configure .*' && did 'make -C build/[.] clean'
    told "it is configured again after $1"
    forget
}
outdated "an update of the compiler" 'echo 2 >"$have/version of gcc"; run build'
outdated "an update of a library" 'echo 2 >"$have/library check"; run build'
outdated "other options of the compiler" 'CFLAGS=-O0 run build'
outdated "another compiler" 'CC=clang run build'
CC=clang run build && did_not 'configure .*'
told "and not twice"
CC=clang-99 run build
[ $? -ne 0 ] && names_all clang-99
told "a compiler that was asked for is not replaced by another"
outdated "a move of the tree" 'mv "$tree" "$tree.old" && mkdir "$tree" && mv "$tree.old"/* "$tree" && rmdir "$tree.old" &&
    mv "$tree" "$work/moved" && ln -s "$work/moved" "$tree" && run build'
rm "$tree" && mv "$work/moved" "$tree"

machine $builds
run build
echo "no" >"$have/trouble"
CFLAGS=-O0 run build
[ $? -ne 0 ] && rm "$have/trouble" && forget && CFLAGS=-O0 run build && did 'configure .*' && did 'make .* clean'
told "what could not be configured is configured again"

# ---- Installing, beside others ----

machine
with_apt
echo 'Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (a-name)...' \
    >"$have/trouble"
run build && grep -q 'waiting for process 4711 (a-name), which has /var/lib/dpkg/lock-frontend' "$work/said"
told "it says which process it waits for"

machine
with_apt
for _ in 1 2 3 4 5; do
    echo 'E: Could not get lock /var/cache/apt/archives/lock. It is held by process 4712 (apt-get)'
done >"$have/trouble"
run build && [ "$(grep -c 'waiting for process 4712 (apt-get)' "$work/said")" -eq 1 ]
told "it waits, too, where apt-get does not"

machine
with_apt
printf '%s\n' 'E: Failed to fetch x' 'E: Failed to fetch x' >"$have/trouble"
run build && [ "$(grep -c 'apt-get download' "$record")" -eq 3 ] && did 'apt-get update'
told "a download that fails is tried again"
machine
with_apt
yes 'E: Failed to fetch x' | head -n 99 >"$have/trouble"
run build
[ $? -ne 0 ] && grep -q 'E: Failed to fetch x' "$work/said" && grep -q 'apt-get install' "$work/said" && did_not 'configure .*'
told "and in the end given up, with its words"

# ---- What configure finds ----

# Nothing that only single steps need, or they would go without what comes later.
mkdir "$work/source" "$work/results"
for name in Makefile.am Makefile.in README aclocal.m4 act.pc.in actor aux configure configure.ac doc m4 mailbox samples \
    supervisor test; do
    ln -s "$top/$name" "$work/source/"
done
sed -n '/^## Cache variables/,/^## Output variables/p' "$build/config.log" | grep -E '^(ac|lt|am)_cv_' |
    grep -vE '^[a-z]+_cv_(prog|path|env)_' >"$work/cache"

# configured NAME: with the PATH of links, and what it already knew of the machine but not of tools.
configured() {
    rm -rf "$work/built" && mkdir "$work/built" "$work/results/$1" && cp "$work/cache" "$work/cache.$1" &&
        (cd "$work/built" && PATH=$bin:$work/commands CC=$compiler ../source/configure -q --enable-werror "--cache-file=$work/cache.$1") \
            >"$work/said" 2>&1 && cp "$work/built/Makefile" "$work/built/libtool" "$work/results/$1/"
}
# would STEP: the rules of the Makefile let it begin.
would() { PATH=$bin:$work/commands "$real_make" -C "$work/built" "check-$1" MAKE=: >"$work/said" 2>&1; }
real_make=$(command -v "${MAKE:-make}")

rm -rf "$bin" && mkdir "$bin" && forget
awk '$1 != "build" { print $3 }' "$table" | tr '|' '\n' | sed 's/:.*//' | grep -vxF "$(basename "${compiler%% *}")" |
    (cd "$work/commands" && xargs rm -f python3)
configured without
told "it is configured without the tools of single steps"
! would models && grep -q 'spin is missing' "$work/said" && ! would valgrind && grep -q 'valgrind is missing' "$work/said"
told "steps that lack their tool say so"
for name in $(awk '$1 != "build" { print $3 }' "$table" | tr '|' '\n' | sed 's/:.*//'); do
    [ -e "$work/commands/$name" ] || ln -sf "$tools/any" "$bin/$name"
done
would models && would valgrind
told "and find it when it has come"
configured with && diff -r "$work/results/without" "$work/results/with" >>"$work/said"
told "with the tools of single steps configure finds the same"
tap_end
