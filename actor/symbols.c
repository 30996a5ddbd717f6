/* Names of functions from the symbol tables of ELF files. Internal. */
/* SPDX-License-Identifier: MIT */
#include <actor/symbols.h>

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * dladdr knows what the loader needs, which is what a program exports: a handler is mostly a static function, whose
 * name is only in the file. The file is the process's own, but may have been replaced: each offset is checked.
 */
struct image {
    const char *bytes;
    size_t      size;
};

/* `count` records of `record_bytes` from `offset` on; NULL if they are not all in the file. */
static const void *records(const struct image *image, size_t offset, size_t count, size_t record_bytes)
{
    if (offset > image->size || count > (image->size - offset) / record_bytes || offset % 8 != 0)
        return NULL;
    return image->bytes + offset;
}

static const ElfW(Shdr) *sections_of(const struct image *image, size_t *count)
{
    const ElfW(Ehdr) *header = records(image, 0, 1, sizeof *header);
    if (header == NULL || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_shentsize != sizeof(ElfW(Shdr)))
        return NULL;
    *count = header->e_shnum;
    return records(image, header->e_shoff, header->e_shnum, sizeof(ElfW(Shdr)));
}

/* A name of the string table, cut; false if it is not in it. */
static bool copy_name(struct act__symbol *symbol, const struct image *image, const ElfW(Shdr) *strings, size_t at)
{
    if (strings->sh_offset > image->size || strings->sh_size > image->size - strings->sh_offset ||
        at >= strings->sh_size)
        return false;
    const char *name = image->bytes + strings->sh_offset + at;
    snprintf(symbol->name, sizeof symbol->name, "%.*s", (int)strnlen(name, strings->sh_size - at), name);
    return symbol->name[0] != '\0';
}

/* The function of this table that has the place, counted from the load address. */
static bool find_in(struct act__symbol *symbol, const struct image *image, const ElfW(Shdr) *sections, size_t count,
                    const ElfW(Shdr) *table, size_t place)
{
    size_t           symbols_count = table->sh_size / sizeof(ElfW(Sym));
    const ElfW(Sym) *at = records(image, table->sh_offset, symbols_count, sizeof *at);
    for (size_t i = 0; at != NULL && table->sh_link < count && i < symbols_count; i++) {
        if ((at[i].st_info & 15) != STT_FUNC || place < at[i].st_value || place - at[i].st_value >= at[i].st_size)
            continue;
        symbol->offset = place - at[i].st_value;
        return copy_name(symbol, image, &sections[table->sh_link], at[i].st_name);
    }
    return false;
}

static bool find_in_image(struct act__symbol *symbol, const struct image *image, size_t place)
{
    size_t            count = 0;
    const ElfW(Shdr) *sections = sections_of(image, &count);
    for (size_t i = 0; sections != NULL && i < count; i++)
        if ((sections[i].sh_type == SHT_SYMTAB || sections[i].sh_type == SHT_DYNSYM) &&
            find_in(symbol, image, sections, count, &sections[i], place))
            return true;
    return false;
}

static bool find_in_file(struct act__symbol *symbol, const char *path, size_t place)
{
    struct stat status;
    bool        found = false;
    int         fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
        struct image image = {.size = (size_t)status.st_size};
        void        *bytes = mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED) {
            image.bytes = bytes;
            found = find_in_image(symbol, &image, place);
            munmap(bytes, image.size);
        }
    }
    close(fd);
    return found;
}

/* The object that is mapped at an address, as dl_iterate_phdr tells it. */
struct mapped {
    uintptr_t   address;
    uintptr_t   base;
    const char *path; /* NULL: not found */
};

static int is_mapped_here(struct dl_phdr_info *info, size_t size, void *argument)
{
    struct mapped *mapped = argument;
    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || mapped->address - info->dlpi_addr - segment->p_vaddr >= segment->p_memsz)
            continue;
        mapped->base = info->dlpi_addr;
        mapped->path = info->dlpi_name[0] != '\0' ? info->dlpi_name : "/proc/self/exe"; /* the program has no name */
        return 1;
    }
    return 0;
}

bool act__symbol_find(struct act__symbol *symbol, uintptr_t address)
{
    struct mapped mapped = {.address = address};
    if (dl_iterate_phdr(is_mapped_here, &mapped) == 0)
        return false;
    size_t place = address - mapped.base;
    if (find_in_file(symbol, mapped.path, place))
        return true;
    const char *slash = strrchr(mapped.path, '/');
    snprintf(symbol->name, sizeof symbol->name, "%s", slash != NULL ? slash + 1 : mapped.path);
    symbol->offset = place;
    return true;
}
