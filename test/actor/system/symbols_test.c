/* The names of functions, as a report of a stuck handler shows them. */
/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <actor/system/symbols.h>
#include <test/kit/kit.h>

static __attribute__((noinline)) int static_one(int x)
{
    return x + __LINE__;
}

static __attribute__((noinline)) int static_two(int x)
{
    return x * __LINE__;
}

static void static_functions_have_names_and_places(void)
{
    const uintptr_t    addresses[] = {(uintptr_t)static_two + 1, 1, (uintptr_t)static_one};
    struct act__symbol symbols[3];
    act__symbols_find(symbols, addresses, 3);
    ck_assert_str_eq(symbols[0].name, "static_two");
    ck_assert_uint_eq(symbols[0].offset, 1);
    ck_assert_str_eq(symbols[1].name, ""); /* nothing is mapped there */
    ck_assert_str_eq(symbols[2].name, "static_one");
    ck_assert_uint_eq(symbols[2].offset, 0);
    ck_assert_int_ne(static_one(1), static_two(1));
}

static void each_file_is_opened_once(void)
{
    uintptr_t          addresses[24];
    struct act__symbol symbols[24];
    for (size_t i = 0; i < 24; i += 3) {
        addresses[i] = (uintptr_t)static_one;
        addresses[i + 1] = (uintptr_t)getauxval(AT_BASE) + i;
        addresses[i + 2] = (uintptr_t)static_two;
    }
    act__symbols_files = 0;
    act__symbols_find(symbols, addresses, 24);
    ck_assert_uint_eq(act__symbols_files, 2); /* the program, and the loader */
    for (size_t i = 0; i < 24; i++)
        ck_assert_str_ne(symbols[i].name, "");
}

/* All of the first 64 KiB is the function "trap". */
static void write_trap(const char *path)
{
    struct {
        ElfW(Ehdr) header;
        ElfW(Shdr) sections[3];
        ElfW(Sym) symbols[2];
        char names[8];
    } file = {.names = "\0trap"};
    memcpy(file.header.e_ident, ELFMAG, SELFMAG);
    file.header.e_shentsize = sizeof(ElfW(Shdr));
    file.header.e_shnum = 3;
    file.header.e_shoff = (uint64_t)((char *)file.sections - (char *)&file);
    file.sections[1] = (ElfW(Shdr)){.sh_type = SHT_SYMTAB,
                                    .sh_offset = (uint64_t)((char *)file.symbols - (char *)&file),
                                    .sh_size = sizeof file.symbols,
                                    .sh_link = 2};
    file.sections[2] = (ElfW(Shdr)){.sh_type = SHT_STRTAB,
                                    .sh_offset = (uint64_t)(file.names - (char *)&file),
                                    .sh_size = sizeof file.names};
    file.symbols[1] = (ElfW(Sym)){.st_name = 1, .st_info = STT_FUNC, .st_size = 1 << 16};
    FILE *to = fopen(path, "w");
    ck_assert_ptr_nonnull(to);
    ck_assert_uint_eq(fwrite(&file, sizeof file, 1, to), 1);
    ck_assert_int_eq(fclose(to), 0);
}

static void what_is_no_file_is_not_looked_for_in_the_working_directory(void)
{
    const uintptr_t    address = (uintptr_t)getauxval(AT_SYSINFO_EHDR);
    char               folder[] = "/tmp/act-symbols-XXXXXX";
    struct act__symbol symbol;
    if (address == 0)
        return; /* this kernel, or valgrind, has none */
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    write_trap("linux-vdso.so.1");
    act__symbols_find(&symbol, &address, 1);
    unlink("linux-vdso.so.1");
    ck_assert_int_eq(chdir("/"), 0);
    rmdir(folder);
    ck_assert_str_ne(symbol.name, "trap");
}

const struct kit_case kit_cases[] = {
    TEST_CASE(static_functions_have_names_and_places),
    TEST_CASE(each_file_is_opened_once),
    TEST_CASE(what_is_no_file_is_not_looked_for_in_the_working_directory),
    END_OF_CASES,
};
