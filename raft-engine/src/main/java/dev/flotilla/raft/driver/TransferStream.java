package dev.flotilla.raft.driver;

import dev.flotilla.raft.storage.SnapshotChunk;
import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A byte stream for a thread that may block: each step waits, but not for longer than the idle time-out. */
final class TransferStream implements AutoCloseable {
    private final ByteStream stream;
    private final StreamReader reader;
    private final Duration idleTimeout;

    TransferStream(StreamReader reader, Duration idleTimeout) {
        this.stream = reader.stream();
        this.reader = reader;
        this.idleTimeout = idleTimeout;
    }

    /** The stream once it is open. */
    static TransferStream open(CompletionStage<ByteStream> opening, Duration idleTimeout) throws IOException {
        return new TransferStream(new StreamReader(await(opening, idleTimeout)), idleTimeout);
    }

    void write(Bytes piece) throws IOException {
        await(stream.write(piece), idleTimeout);
    }

    Bytes read(int count) throws IOException {
        return await(reader.readExactly(count), idleTimeout);
    }

    SnapshotChunk readChunk() throws IOException {
        SnapshotChunk.Header header = SnapshotChunk.Header.decode(read(SnapshotChunk.HEADER_BYTES));
        return SnapshotChunk.decode(header, read(header.storedBytes()));
    }

    private static <T extends @Nullable Object> T await(CompletionStage<T> stage, Duration idleTimeout)
            throws IOException {
        try {
            return stage.toCompletableFuture().get(idleTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException("the stream broke: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("nothing moved for " + idleTimeout, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the node is closing");
        }
    }

    /** Waits for the other side's end; fails if more comes before it. */
    void readEnd() throws IOException {
        if (await(stream.read(), idleTimeout) != null) {
            throw new IOException("more came than was asked for");
        }
    }

    /** No more will be written. */
    void finish() {
        stream.finish();
    }

    /** Breaks it off, both ways. Any thread. */
    void reset() {
        stream.reset();
    }

    /** Ends it cleanly if all was read. */
    @Override
    public void close() {
        stream.close();
    }
}
