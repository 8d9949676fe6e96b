//! The perf protocol, and what measures over it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use futures::{AsyncReadExt, AsyncWriteExt};
use libp2p::Stream;

use crate::Result;

const PIECE_BYTES: usize = 64 * 1024;
const TRIP_BYTES: usize = 64;
const WARM_UP_TRIPS: usize = 2000;

/// Reads to the end, then sends as many bytes as the first eight say.
pub async fn serve(mut stream: Stream, received: &AtomicU64) -> Result<()> {
    let mut head = [0; 8];
    stream.read_exact(&mut head).await?;
    received.fetch_add(drain(&mut stream).await?, Ordering::Relaxed);
    send(&mut stream, u64::from_be_bytes(head) as usize).await
}

/// Sends that many bytes, and waits until the other side has read them.
pub async fn upload(mut stream: Stream, bytes: usize) -> Result<()> {
    stream.write_all(&[0; 8]).await?;
    send(&mut stream, bytes).await?;
    drain(&mut stream).await?;
    Ok(())
}

/// Writes zeros and ends this direction.
async fn send(stream: &mut Stream, bytes: usize) -> Result<()> {
    let piece = vec![0; PIECE_BYTES];
    let mut left = bytes;
    while left > 0 {
        let size = left.min(PIECE_BYTES);
        stream.write_all(&piece[..size]).await?;
        left -= size;
    }
    Ok(stream.close().await?)
}

/// Reads to the end, and tells how much that was.
async fn drain(stream: &mut Stream) -> Result<u64> {
    let mut piece = vec![0; PIECE_BYTES];
    let mut total = 0;
    loop {
        match stream.read(&mut piece).await? {
            0 => return Ok(total),
            count => total += count as u64,
        }
    }
}

/// The median of that many round trips over one stream, in microseconds.
pub async fn trips(mut stream: Stream, count: usize) -> Result<f64> {
    let mut piece = [0; TRIP_BYTES];
    let mut nanos = Vec::with_capacity(count);
    for trip in 0..WARM_UP_TRIPS + count {
        let begin = Instant::now();
        stream.write_all(&piece).await?;
        stream.flush().await?;
        stream.read_exact(&mut piece).await?;
        if trip >= WARM_UP_TRIPS {
            nanos.push(begin.elapsed().as_nanos());
        }
    }
    nanos.sort_unstable();
    Ok(nanos[count / 2] as f64 / 1e3)
}
