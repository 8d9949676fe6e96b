package dev.flotilla.libp2p.transport;

import dev.flotilla.libp2p.fuzz.FuzzTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** {@link MessageAssembler} and {@link LaneName}: what is cut out of a stream is what was announced, and no more. */
public final class FrameFuzz implements FuzzTarget {
    private static final int BYTES_MAX = 4_096;
    private static final List<byte[]> SEEDS =
            List.of(new byte[] {3, 1, 2, 3, 0, 1, 9}, new byte[] {(byte) 0x80, 1}, new byte[] {
                7, 'c', 'o', 'n', 't', 'r', 'o', 'l'
            });

    public static void fuzzerTestOneInput(byte[] input) {
        new FrameFuzz().run(input);
    }

    @Override
    public List<byte[]> seeds() {
        return SEEDS;
    }

    @Override
    public void run(byte[] input) {
        MessageAssembler assembler = new MessageAssembler();
        ByteBuf in = Unpooled.wrappedBuffer(input);
        long taken = 0;
        try {
            for (byte[] message = assembler.next(in, BYTES_MAX);
                    message != null;
                    message = assembler.next(in, BYTES_MAX)) {
                taken += 1 + message.length; // at least
                if (message.length > BYTES_MAX || taken > input.length) {
                    throw new AssertionError("a message of " + message.length + " bytes out of " + input.length);
                }
                LaneName.parse(message);
            }
        } catch (IllegalArgumentException e) {
            // refused, as it may
        }
    }
}
