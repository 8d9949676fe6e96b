//! The test protocols: the side that answers, and the side that a command asks for.

use std::{
    io::ErrorKind,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, try_join};
use libp2p::{Stream, StreamProtocol};
use sha2::{Digest, Sha256};

use crate::{Result, measure};

pub const ECHO: StreamProtocol = StreamProtocol::new("/echo/1.0.0");
pub const SHA256: StreamProtocol = StreamProtocol::new("/flotilla/interop/sha256/1.0.0");
pub const RESET: StreamProtocol = StreamProtocol::new("/flotilla/interop/reset/1.0.0");
pub const PERF: StreamProtocol = StreamProtocol::new("/perf/1.0.0");
pub const ALL: [StreamProtocol; 4] = [ECHO, SHA256, RESET, PERF];

const PIECE_BYTES: usize = 64 * 1024;

/// What those that answer remember.
#[derive(Default)]
pub struct Served {
    resets: AtomicU64,
    received: AtomicU64,
}

impl Served {
    /// How many echo streams others have reset.
    pub fn resets(&self) -> u64 {
        self.resets.load(Ordering::Relaxed)
    }

    /// How many bytes others have uploaded.
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }
}

/// Answers on a stream that the other side opened. One that is dropped before its end is reset.
pub async fn serve(served: Arc<Served>, protocol: StreamProtocol, stream: Stream) {
    if protocol == ECHO {
        if echo_back(stream).await.is_err() {
            served.resets.fetch_add(1, Ordering::Relaxed);
        }
    } else if protocol == SHA256 {
        let _ = answer_with_digest(stream).await;
    } else if protocol == PERF {
        let _ = measure::serve(stream, &served.received).await;
    } else {
        let _ = reset_on_arrival(stream).await;
    }
}

async fn echo_back(mut stream: Stream) -> Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match stream.read(&mut piece).await? {
            0 => break,
            count => stream.write_all(&piece[..count]).await?,
        }
    }
    check_not_reset(&mut stream).await?;
    Ok(stream.close().await?)
}

/// Fails if the stream was reset: yamux 0.14 reads that as an end like any other, but lets nobody write then.
async fn check_not_reset(stream: &mut Stream) -> Result<()> {
    stream.write(&[]).await?;
    Ok(())
}

async fn answer_with_digest(mut stream: Stream) -> Result<()> {
    let (digest, _) = digest_of(&mut stream).await?;
    stream.write_all(&digest).await?;
    Ok(stream.close().await?)
}

async fn reset_on_arrival(mut stream: Stream) -> Result<()> {
    stream.read(&mut [0]).await?;
    Ok(())
}

/// Reads to the end.
async fn digest_of(stream: &mut (impl AsyncRead + Unpin)) -> Result<(Vec<u8>, usize)> {
    let mut digest = Sha256::new();
    let mut total = 0;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        match stream.read(&mut piece).await? {
            0 => return Ok((digest.finalize().to_vec(), total)),
            count => {
                digest.update(&piece[..count]);
                total += count;
            }
        }
    }
}

/// Writes random bytes and ends this direction.
async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: usize) -> Result<Vec<u8>> {
    let mut digest = Sha256::new();
    let mut piece = vec![0; PIECE_BYTES];
    let mut left = bytes;
    while left > 0 {
        let next = &mut piece[..left.min(PIECE_BYTES)];
        getrandom::fill(next)?;
        digest.update(&*next);
        stream.write_all(next).await?;
        left -= next.len();
    }
    stream.close().await?;
    Ok(digest.finalize().to_vec())
}

/// Sends and takes back at the same time: the digests of both, and how much came.
pub async fn echo(stream: Stream, bytes: usize) -> Result<(String, String, usize)> {
    let (mut reader, mut writer) = stream.split();
    let (sent, (received, count)) = try_join!(send(&mut writer, bytes), digest_of(&mut reader))?;
    Ok((hex(&sent), hex(&received), count))
}

pub async fn echo_once(mut stream: Stream) -> Result<()> {
    let mut sent = [0; 64];
    getrandom::fill(&mut sent)?;
    stream.write_all(&sent).await?;
    stream.close().await?;
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await?;
    match received == sent {
        true => Ok(()),
        false => Err(format!("{} other bytes came back", received.len()).into()),
    }
}

/// Sends, reads something and drops the stream.
pub async fn reset_in_the_midst(mut stream: Stream) -> Result<()> {
    stream.write_all(&[0; PIECE_BYTES]).await?;
    stream.flush().await?;
    stream.read_exact(&mut [0]).await?;
    Ok(())
}

/// Whether the other side's reset is seen as one.
pub async fn be_reset(mut stream: Stream) -> Result<bool> {
    stream.write_all(&[0]).await?;
    stream.flush().await?;
    Ok(match stream.read(&mut [0]).await {
        Ok(0) => check_not_reset(&mut stream).await.is_err(),
        Ok(_) => false,
        Err(error) => error.kind() == ErrorKind::ConnectionReset,
    })
}

/// Sends and ends its direction: the digest of that, and what was answered then.
pub async fn half_close(mut stream: Stream, bytes: usize) -> Result<(String, String)> {
    let sent = send(&mut stream, bytes).await?;
    let mut told = Vec::new();
    stream.read_to_end(&mut told).await?;
    Ok((hex(&sent), hex(&told)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
