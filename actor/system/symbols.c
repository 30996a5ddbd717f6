/* Names of functions from the symbol tables of ELF files. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/system/symbols.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * dladdr knows what the loader needs, which is what a program exports: a handler is mostly a static
 * function, whose name is only in the file. The file is the process's own, but may have been
 * replaced, or be cut while it is read: so it is not mapped, and what is in it is checked.
 */
#define SYMBOLS_AT_ONCE 256

typedef ElfW(Shdr) section_header;

/* An object of the process that some of the addresses are in. */
struct object {
    struct act__symbol *symbols;
    const uintptr_t    *addresses;
    size_t              count;
    size_t              first; /* the first address that was not looked for yet */
    bool                found;
    uintptr_t           base;
    size_t              low, high; /* from there to there it is mapped, counted from the base */
    char                path[PATH_MAX];
    int                 fd;
};

#ifdef ACT_TESTING
unsigned act__symbols_files;
#endif

/* ---------------------------------------------------------------------------------- the file */

/* Returns: how many bytes were read; fewer only at the end of the file, or if it cannot be read. */
static size_t read_at(const struct object *object, void *bytes, size_t count, uint64_t offset)
{
    size_t done = 0;
    while (done < count && offset + done <= INT64_MAX) {
        ssize_t got = pread(object->fd, (char *)bytes + done, count - done, (off_t)(offset + done));
        if (got <= 0 && !(got < 0 && errno == EINTR))
            break;
        done += got > 0 ? (size_t)got : 0;
    }
    return done;
}

static bool read_header(const struct object *object, ElfW(Ehdr) * header)
{
    return read_at(object, header, sizeof *header, 0) == sizeof *header &&
           memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_shentsize == sizeof(section_header);
}

static bool read_section(const struct object *object, const ElfW(Ehdr) * header, size_t index,
                         section_header *section)
{
    uint64_t offset = header->e_shoff + (uint64_t)index * sizeof *section;
    return index < header->e_shnum &&
           read_at(object, section, sizeof *section, offset) == sizeof *section;
}

/* Reads a name of the string table, cut. */
static void read_name(const struct object *object, struct act__symbol *symbol,
                      const section_header *strings, size_t at)
{
    size_t most = sizeof symbol->name - 1;
    if (at >= strings->sh_size)
        return;
    if (most > strings->sh_size - at)
        most = strings->sh_size - at;
    symbol->name[read_at(object, symbol->name, most, strings->sh_offset + at)] = '\0';
}

/* ----------------------------------------------------------------------------- its functions */

/* Whether this address is in the object, and its function not known yet. */
static bool is_unnamed(const struct object *object, size_t i)
{
    return object->symbols[i].name[0] == '\0' &&
           object->addresses[i] - object->base - object->low < object->high - object->low;
}

/* All addresses that are in one of these functions, and in none of those before. */
static void match(const struct object *object, const ElfW(Sym) * functions, size_t functions_count,
                  const section_header *strings)
{
    for (size_t at = 0; at < functions_count; at++) {
        if ((functions[at].st_info & 15) != STT_FUNC)
            continue;
        for (size_t i = object->first; i < object->count; i++) {
            size_t offset = object->addresses[i] - object->base - functions[at].st_value;
            if (offset < functions[at].st_size && is_unnamed(object, i)) {
                object->symbols[i].offset = offset;
                read_name(object, &object->symbols[i], strings, functions[at].st_name);
            }
        }
    }
}

static void match_table(const struct object *object, const section_header *table,
                        const section_header *strings)
{
    ElfW(Sym) functions[SYMBOLS_AT_ONCE];
    for (uint64_t done = 0; done < table->sh_size;) {
        uint64_t left = table->sh_size - done;
        size_t   bytes = left < sizeof functions ? left : sizeof functions;
        size_t   got = read_at(object, functions, bytes, table->sh_offset + done);
        size_t   count = got / sizeof *functions;
        if (count == 0)
            return;
        match(object, functions, count, strings);
        done += count * sizeof *functions;
    }
}

static void match_file(const struct object *object)
{
    ElfW(Ehdr) header;
    section_header table, strings;
    if (!read_header(object, &header))
        return;
    for (size_t i = 0; read_section(object, &header, i, &table); i++)
        if ((table.sh_type == SHT_SYMTAB || table.sh_type == SHT_DYNSYM) &&
            read_section(object, &header, table.sh_link, &strings))
            match_table(object, &table, &strings);
}

/*
 * Without a '/' it is no file, as linux-vdso.so.1. Not blocking: by now something else may have
 * that name.
 */
static void open_and_match(struct object *object)
{
    struct stat status;
    if (strchr(object->path, '/') == NULL)
        return;
    object->fd = open(object->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (object->fd < 0)
        return;
#ifdef ACT_TESTING
    act__symbols_files++;
#endif
    if (fstat(object->fd, &status) == 0 && S_ISREG(status.st_mode))
        match_file(object);
    close(object->fd);
}

/* ----------------------------------------------------------------------------------- objects */

/* As dl_iterate_phdr calls it; the name may be gone with its object when that has returned. */
static int is_mapped_here(struct dl_phdr_info *info, size_t size, void *argument)
{
    struct object *object = argument;
    uintptr_t      at = object->addresses[object->first] - info->dlpi_addr;
    (void)size;
    object->low = SIZE_MAX;
    object->high = 0;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD)
            continue;
        object->found = object->found || at - segment->p_vaddr < segment->p_memsz;
        object->low = object->low < segment->p_vaddr ? object->low : segment->p_vaddr;
        size_t end = segment->p_vaddr + segment->p_memsz;
        object->high = object->high > end ? object->high : end;
    }
    if (!object->found)
        return 0;
    object->base = info->dlpi_addr;
    snprintf(object->path, sizeof object->path, "%s",
             info->dlpi_name[0] != '\0' ? info->dlpi_name : "/proc/self/exe"); /* the program */
    return 1;
}

/* Those for which there was no function, or no file that could be read. */
static void name_after_file(struct object *object)
{
    const char *slash = strrchr(object->path, '/');
    for (size_t i = object->first; i < object->count; i++) {
        if (!is_unnamed(object, i))
            continue;
        snprintf(object->symbols[i].name, sizeof object->symbols[i].name, "%.*s",
                 (int)sizeof object->symbols[i].name - 1, slash != NULL ? slash + 1 : object->path);
        object->symbols[i].offset = object->addresses[i] - object->base;
    }
}

void act__symbols_find(struct act__symbol *symbols, const uintptr_t *addresses, size_t count)
{
    struct object object = {.symbols = symbols, .addresses = addresses, .count = count};
    for (size_t i = 0; i < count; i++)
        symbols[i] = (struct act__symbol){.name = ""};
    for (; object.first < count; object.first++) {
        object.found = false;
        if (symbols[object.first].name[0] != '\0' || dl_iterate_phdr(is_mapped_here, &object) == 0)
            continue;
        open_and_match(&object);
        name_after_file(&object);
    }
}
