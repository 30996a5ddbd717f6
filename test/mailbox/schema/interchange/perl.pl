# Perl's Data::MessagePack: keys of a hash are always texts. SPDX-License-Identifier: MIT
use strict;
use warnings;
use utf8;
use Data::MessagePack;

my ($nothing, $small, $int, $text) = (0x69a40fd3, 0x68a468a6, 0x48034d30, 0x61a3ab9b);
my ($bytes, $ints, $opt, $circle) = (0x48803234, 0x7c1105f7, 0x61f21c8d, 0x6bf64813);
my $mp = Data::MessagePack->new()->prefer_integer(0)->utf8(1);
my $raw = Data::MessagePack->new();

my @own = (
    [$nothing, {}],
    [$small, {1 => 5, 2 => 1.5}],
    [$int, {1 => 1700000000000}],
    [$text, {1 => "Grüße"}],
    undef, # bytes: below, without utf8
    [$ints, {1 => [1, -2, 3]}],
    [$opt, {1 => undef, 3 => "a", 7 => Data::MessagePack::true()}],
    [$opt, {6 => {1 => 1, 2 => 2}}],
    [$opt, {11 => [$circle, {1 => {1 => 1, 2 => 2}, 2 => 0.5}]}],
);

if ($ARGV[0] eq 'own') {
    for my $message (@own) {
        my $packed = defined $message ? $mp->pack($message) : $raw->pack([$bytes, {1 => "\x00\xff"}]);
        print unpack('H*', $packed), "\n";
    }
} else {
    while (my $line = <STDIN>) {
        chomp $line;
        print unpack('H*', $raw->pack($raw->unpack(pack('H*', $line)))), "\n";
    }
}
