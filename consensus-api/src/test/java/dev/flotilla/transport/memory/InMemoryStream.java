package dev.flotilla.transport.memory;

import dev.flotilla.transport.ByteStream;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** One end of a byte stream: a {@link Pipe} each way. */
final class InMemoryStream implements ByteStream {
    private final PeerId remotePeerId;
    private final Pipe in;
    private final Pipe out;
    private @Nullable InMemoryStream otherEnd;

    private InMemoryStream(PeerId remotePeerId, Pipe in, Pipe out) {
        this.remotePeerId = remotePeerId;
        this.in = in;
        this.out = out;
    }

    /** The end of {@code near}. */
    static InMemoryStream pair(InMemoryTransport near, InMemoryTransport far) {
        Pipe there = new Pipe(near::execute, far::execute);
        Pipe back = new Pipe(far::execute, near::execute);
        InMemoryStream nearEnd = new InMemoryStream(far.localPeerId(), back, there);
        nearEnd.otherEnd = new InMemoryStream(near.localPeerId(), there, back);
        return nearEnd;
    }

    /** Of the end that was made first. */
    ByteStream otherEnd() {
        if (otherEnd == null) {
            throw new IllegalStateException("this is the other end");
        }
        return otherEnd;
    }

    @Override
    public PeerId remotePeerId() {
        return remotePeerId;
    }

    @Override
    public CompletionStage<Void> write(Bytes piece) {
        return out.write(piece);
    }

    @Override
    public CompletionStage<@Nullable Bytes> read() {
        return in.read();
    }

    @Override
    public void finish() {
        out.finish();
    }

    @Override
    public void reset() {
        IOException cause = new IOException("the stream was reset");
        in.kill(cause);
        out.kill(cause);
    }

    @Override
    public void close() {
        if (in.isReadToTheEnd()) {
            finish();
        } else {
            reset();
        }
    }
}
