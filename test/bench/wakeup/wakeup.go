// The workload wakeup of act-bench in Go: wakeup N THREADS.
// SPDX-License-Identifier: MIT
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"syscall"
	"time"
)

func number(argument string) int {
	n, err := strconv.Atoi(argument)
	if err != nil || n < 1 {
		fmt.Fprintln(os.Stderr, "usage: wakeup N THREADS")
		os.Exit(2)
	}
	return n
}

func main() {
	n := number(os.Args[1])
	runtime.GOMAXPROCS(number(os.Args[2]))
	calls := make(chan time.Time, 1024)
	go func() {
		runtime.LockOSThread() // a thread that sleeps by itself, as act's caller
		for i := 0; i < n; i++ {
			pause := syscall.NsecToTimespec(1000000)
			syscall.Nanosleep(&pause, nil)
			calls <- time.Now()
		}
	}()
	took := make([]time.Duration, n)
	for i := range took {
		took[i] = time.Since(<-calls)
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	fmt.Printf("p50_us=%.1f p99_us=%.1f\n", float64(took[n/2])/1e3, float64(took[n*99/100])/1e3)
}
