/* A view of bytes that are owned elsewhere: comparison, numbers, glob patterns. */
/* SPDX-License-Identifier: MIT */
#include <samples/kv/bytes.h>

static unsigned char lower(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte + ('a' - 'A')) : byte;
}

bool kv_bytes_equal(struct kv_bytes one, struct kv_bytes other)
{
    return one.count == other.count &&
           (one.count == 0 || memcmp(one.data, other.data, one.count) == 0);
}

int kv_bytes_compare_word(struct kv_bytes bytes, const char *word)
{
    for (size_t i = 0; i < bytes.count; i++) {
        int difference = lower(bytes.data[i]) - (unsigned char)word[i];
        if (difference != 0 || word[i] == '\0')
            return difference != 0 ? difference : 1;
    }
    return word[bytes.count] == '\0' ? 0 : -1;
}

bool kv_bytes_to_unsigned(struct kv_bytes bytes, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes.count; i++) {
        unsigned digit = (unsigned)bytes.data[i] - '0';
        if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    if (bytes.count == 0)
        return false;
    *value = sum;
    return true;
}

bool kv_bytes_to_integer(struct kv_bytes bytes, int64_t *value)
{
    bool            negative = bytes.count > 0 && bytes.data[0] == '-';
    struct kv_bytes digits = kv_bytes_of(bytes.data + negative, bytes.count - negative);
    uint64_t        magnitude;
    if (!kv_bytes_to_unsigned(digits, &magnitude))
        return false;
    if (digits.data[0] == '0' && (digits.count > 1 || negative))
        return false;
    if (magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    *value = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

/* A glob pattern being read; each element but the star stands for exactly one byte of the text. */
struct glob {
    struct kv_bytes pattern;
    size_t          at;
    bool            fold; /* ignore the case of letters */
};

static unsigned char folded(const struct glob *glob, unsigned char byte)
{
    return glob->fold ? lower(byte) : byte;
}

static bool in_range(const struct glob *glob, unsigned char low, unsigned char high,
                     unsigned char byte)
{
    low = folded(glob, low);
    high = folded(glob, high);
    return low <= high ? byte >= low && byte <= high : byte >= high && byte <= low;
}

/*
 * Reads one member of a set, which is a byte, an escaped byte or a range, and says if it holds the
 * byte.
 */
static bool take_member(struct glob *glob, unsigned char byte)
{
    const unsigned char *at = glob->pattern.data + glob->at;
    size_t               left = glob->pattern.count - glob->at;
    if (left >= 2 && at[0] == '\\') {
        glob->at += 2;
        return at[1] == byte;
    }
    if (left >= 3 && at[1] == '-') {
        glob->at += 3;
        return in_range(glob, at[0], at[2], byte);
    }
    glob->at++;
    return folded(glob, at[0]) == byte;
}

/* Reads a set after its '['; one that is never closed ends with the pattern. */
static bool take_set(struct glob *glob, unsigned char byte)
{
    const unsigned char *data = glob->pattern.data;
    bool                 negated = glob->at < glob->pattern.count && data[glob->at] == '^';
    bool                 found = false;
    glob->at += negated;
    while (glob->at < glob->pattern.count && data[glob->at] != ']')
        found |= take_member(glob, byte);
    if (glob->at < glob->pattern.count)
        glob->at++;
    return found != negated;
}

/* Reads one element and says if it matches the byte. */
static bool take_element(struct glob *glob, unsigned char byte)
{
    unsigned char first = glob->pattern.data[glob->at++];
    if (first == '?')
        return true;
    if (first == '[')
        return take_set(glob, byte);
    if (first == '\\' && glob->at < glob->pattern.count)
        first = glob->pattern.data[glob->at++];
    return folded(glob, first) == byte;
}

/*
 * Only the last star seen is ever tried again: what an earlier star took cannot help a later one,
 * because all other elements are one byte wide. That is why no pattern takes exponential time.
 */
static bool match(struct glob glob, struct kv_bytes text)
{
    size_t star = SIZE_MAX, star_text = 0, at = 0;
    while (at < text.count) {
        if (glob.at < glob.pattern.count && glob.pattern.data[glob.at] == '*') {
            star = ++glob.at;
            star_text = at;
        } else if (glob.at < glob.pattern.count && take_element(&glob, text.data[at])) {
            at++;
        } else if (star != SIZE_MAX) {
            glob.at = star;
            at = ++star_text;
        } else {
            return false;
        }
    }
    while (glob.at < glob.pattern.count && glob.pattern.data[glob.at] == '*')
        glob.at++;
    return glob.at == glob.pattern.count;
}

bool kv_bytes_match(struct kv_bytes pattern, struct kv_bytes text)
{
    return match((struct glob){.pattern = pattern}, text);
}

bool kv_bytes_match_word(struct kv_bytes pattern, const char *text)
{
    return match((struct glob){.pattern = pattern, .fold = true}, kv_bytes_text(text));
}
