// The workload wakeup of act-bench on Tokio: wakeup N THREADS.
// SPDX-License-Identifier: MIT
use std::time::{Duration, Instant};

fn number(argument: Option<String>) -> usize {
    argument.and_then(|text| text.parse().ok()).filter(|n| *n > 0).unwrap_or_else(|| {
        eprintln!("usage: wakeup N THREADS");
        std::process::exit(2)
    })
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let n = number(arguments.next());
    let threads = number(arguments.next());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).build().unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<Instant>();
    let called = runtime.spawn(async move {
        let mut took = Vec::with_capacity(n);
        while let Some(sent) = receiver.recv().await {
            took.push(sent.elapsed());
        }
        took
    });
    for _ in 0..n {
        std::thread::sleep(Duration::from_millis(1)); // the main thread: none of the workers
        sender.send(Instant::now()).unwrap();
    }
    drop(sender);
    let mut took = runtime.block_on(called).unwrap();
    assert_eq!(took.len(), n);
    took.sort();
    let us = |at: usize| took[at].as_nanos() as f64 / 1e3;
    println!("p50_us={:.1} p99_us={:.1}", us(n / 2), us(n * 99 / 100));
}
