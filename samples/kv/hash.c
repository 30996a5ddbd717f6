/* A keyed hash: SipHash-1-3 of Aumasson and Bernstein. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/hash.h>

struct sip {
    uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void mix(struct sip *sip)
{
    sip->a += sip->b;
    sip->c += sip->d;
    sip->b = rotate(sip->b, 13) ^ sip->a;
    sip->d = rotate(sip->d, 16) ^ sip->c;
    sip->a = rotate(sip->a, 32) + sip->d;
    sip->c += sip->b;
    sip->d = rotate(sip->d, 21) ^ sip->a;
    sip->b = rotate(sip->b, 17) ^ sip->c;
    sip->c = rotate(sip->c, 32);
}

static inline void absorb(struct sip *sip, uint64_t word)
{
    sip->d ^= word;
    mix(sip);
    sip->a ^= word;
}

static inline uint64_t little_endian(const unsigned char *data)
{
    uint64_t word;
    memcpy(&word, data, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint64_t last_word(struct kv_bytes bytes, size_t at)
{
    uint64_t word = (uint64_t)bytes.count << 56;
    for (unsigned shift = 0; at < bytes.count; at++, shift += 8)
        word |= (uint64_t)bytes.data[at] << shift;
    return word;
}

uint64_t kv_hash(struct kv_seed seed, struct kv_bytes bytes)
{
    struct sip sip = {seed.low ^ 0x736f6d6570736575u, seed.high ^ 0x646f72616e646f6du,
                      seed.low ^ 0x6c7967656e657261u, seed.high ^ 0x7465646279746573u};
    size_t     at = 0;
    for (; at + 8 <= bytes.count; at += 8)
        absorb(&sip, little_endian(bytes.data + at));
    absorb(&sip, last_word(bytes, at));
    sip.c ^= 0xff;
    for (int round = 0; round < 3; round++)
        mix(&sip);
    return sip.a ^ sip.b ^ sip.c ^ sip.d;
}
