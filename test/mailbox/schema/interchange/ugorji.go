// github.com/ugorji/go/codec: a struct is written as a map with the tags of its fields as texts, or as an array.
// SPDX-License-Identifier: MIT
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/ugorji/go/codec"
)

const (
	nothing, small, integer, text = 0x69a40fd3, 0x68a468a6, 0x48034d30, 0x61a3ab9b
	octets, ints, opt, circle     = 0x48803234, 0x7c1105f7, 0x61f21c8d, 0x6bf64813
)

type smallFields struct {
	Amount int64   `codec:"1"`
	Price  float64 `codec:"2"`
}
type pointFields struct {
	X int `codec:"1"`
	Y int `codec:"2"`
}
type circleFields struct {
	_struct bool `codec:",toarray"`
	Centre  pointFields
	Radius  float64
}
type optFields struct {
	Number *int64       `codec:"1"`
	Text   string       `codec:"3,omitempty"`
	Point  *pointFields `codec:"6"`
	Yes    bool         `codec:"7,omitempty"`
}

var handle = &codec.MsgpackHandle{WriteExt: true} // bytes as bin, texts as str

func show(message interface{}) {
	var packed []byte
	if err := codec.NewEncoderBytes(&packed, handle).Encode(message); err != nil {
		panic(err)
	}
	fmt.Println(hex.EncodeToString(packed))
}

func main() {
	if os.Args[1] == "own" {
		show([]interface{}{nothing, struct{}{}})
		show([]interface{}{small, smallFields{5, 1.5}})
		show([]interface{}{integer, map[int]int64{1: 1700000000000}})
		show([]interface{}{text, map[int]string{1: "Grüße"}})
		show([]interface{}{octets, map[int][]byte{1: {0, 255}}})
		show([]interface{}{ints, map[int][]int{1: {1, -2, 3}}})
		show([]interface{}{opt, optFields{Text: "a", Yes: true}})
		show([]interface{}{opt, optFields{Point: &pointFields{1, 2}}})
		show([]interface{}{opt, map[int]interface{}{11: []interface{}{circle, circleFields{Centre: pointFields{1, 2}, Radius: 0.5}}}})
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var message interface{}
		packed, _ := hex.DecodeString(lines.Text())
		if err := codec.NewDecoderBytes(packed, handle).Decode(&message); err != nil {
			panic(err)
		}
		show(message)
	}
}
