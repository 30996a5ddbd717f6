// msgpack-cxx: a struct is written as an array of its members. SPDX-License-Identifier: MIT
#include <cstdint>
#include <iostream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <msgpack.hpp>

constexpr std::uint32_t NOTHING = 0x69a40fd3, SMALL = 0x68a468a6, INT = 0x48034d30, TEXT = 0x61a3ab9b;
constexpr std::uint32_t BYTES = 0x48803234, INTS = 0x7c1105f7, OPT = 0x61f21c8d, CIRCLE = 0x6bf64813;

struct nothing {
    MSGPACK_DEFINE()
};
struct small {
    std::int64_t amount;
    double       price;
    MSGPACK_DEFINE(amount, price)
};
struct point {
    int x, y;
    MSGPACK_DEFINE(x, y)
};
struct circle {
    point  centre;
    double radius;
    MSGPACK_DEFINE(centre, radius)
};

static void show(const std::string &bytes)
{
    for (unsigned char byte : bytes)
        std::cout << "0123456789abcdef"[byte >> 4] << "0123456789abcdef"[byte & 15];
    std::cout << '\n';
}

template <typename body> static void own(std::uint32_t tag, const body &fields)
{
    std::ostringstream bytes;
    msgpack::pack(bytes, std::make_tuple(tag, fields));
    show(bytes.str());
}

template <typename value> static std::map<int, value> field(int number, const value &what)
{
    return {{number, what}};
}

static void all_own()
{
    own(NOTHING, nothing{});
    own(SMALL, small{5, 1.5});
    own(INT, std::make_tuple(INT64_C(1700000000000)));
    own(TEXT, std::make_tuple("Grüße"));
    own(BYTES, std::make_tuple(std::vector<char>{0, '\xff'}));
    own(INTS, std::make_tuple(std::vector<int>{1, -2, 3}));
    msgpack::type::nil_t nil;
    own(OPT, std::make_tuple(nil, nil, "a", nil, nil, nil, true));
    own(OPT, field(6, point{1, 2}));
    own(OPT, field(11, std::make_tuple(CIRCLE, circle{{1, 2}, 0.5})));
}

static void all_again()
{
    std::string line;
    while (std::getline(std::cin, line)) {
        std::string bytes;
        for (std::size_t i = 0; i + 1 < line.size(); i += 2)
            bytes += static_cast<char>(std::stoi(line.substr(i, 2), nullptr, 16));
        msgpack::object_handle handle = msgpack::unpack(bytes.data(), bytes.size());
        std::ostringstream     packed;
        msgpack::pack(packed, handle.get());
        show(packed.str());
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && std::string(argv[1]) == "own")
        all_own();
    else
        all_again();
}
