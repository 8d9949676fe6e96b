package dev.flotilla.libp2p.yamux;

import dev.flotilla.libp2p.fuzz.FuzzTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a peer sends a session: whole or in pieces it leads to the same, and to no more streams than are allowed. */
public final class YamuxFuzz implements FuzzTarget {
    private static final int INBOUND_MAX = 4;
    private static final int PIECE = 5; // cuts heads and payloads alike
    private static final List<byte[]> SEEDS = List.of(
            bytes(
                    Wire.syn(1),
                    Wire.data(1, new byte[100]),
                    Wire.credit(1, 100_000),
                    Wire.frame(Frame.DATA, Frame.FIN, 1, 0)),
            bytes(Wire.ping(7), Wire.syn(1), Wire.syn(3), Wire.reset(1), Wire.data(3, new byte[3])),
            bytes(Wire.syn(1), Wire.frame(Frame.GO_AWAY, 0, 0, 0), Wire.data(1, new byte[1])));

    /** How a session stands after its input. */
    private record Outcome(boolean isOpen, int streams, List<String> received) {}

    public static void fuzzerTestOneInput(byte[] input) {
        new YamuxFuzz().run(input);
    }

    private static byte[] bytes(ByteBuf... frames) {
        ByteBuf all = Unpooled.wrappedBuffer(frames);
        byte[] bytes = new byte[all.readableBytes()];
        all.readBytes(bytes).release();
        return bytes;
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        Outcome whole = outcome(input, Math.max(1, input.length));
        Outcome pieces = outcome(input, PIECE);
        if (!whole.equals(pieces)) {
            throw new AssertionError("whole: " + whole + ", in pieces: " + pieces);
        }
        if (whole.streams > INBOUND_MAX) {
            throw new AssertionError("streams: " + whole.streams);
        }
    }

    private static Outcome outcome(byte[] input, int piece) {
        try (Wire wire = new Wire(YamuxConfig.defaults().withInboundStreamsMax(INBOUND_MAX))) {
            for (int at = 0; at < input.length && wire.channel.isOpen(); at += piece) {
                byte[] next = Arrays.copyOfRange(input, at, Math.min(input.length, at + piece));
                wire.channel.writeInbound(Unpooled.wrappedBuffer(next));
                wire.channel.runPendingTasks();
                wire.sent(); // what is no frame fails
            }
            List<String> received = new ArrayList<>();
            wire.accepted.forEach(stream ->
                    received.add(stream.stream().streamId() + ":" + Arrays.hashCode(stream.received.toByteArray())));
            return new Outcome(wire.channel.isOpen(), wire.handler.streamCount(), received);
        }
    }
}
