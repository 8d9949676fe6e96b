package dev.flotilla.libp2p.pnet;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.security.SecureRandom;
import org.bouncycastle.crypto.engines.XSalsa20Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of a connection in a private network: one key stream a direction, from a nonce of 24 bytes that the
 * sender draws and puts before its first data, or sends at once when the peer's comes first (libp2p spec, pnet).
 */
public final class PnetHandler extends ChannelDuplexHandler {
    static final int NONCE_BYTES = 24;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int CHUNK_BYTES = 8192;

    private final PreSharedKey key;
    private final byte[] remoteNonce = new byte[NONCE_BYTES];
    private int remoteNonceBytes; // 0 <= remoteNonceBytes <= NONCE_BYTES; how many have come
    private @Nullable XSalsa20Engine in; // null until the peer's nonce has come
    private @Nullable XSalsa20Engine out; // null until something was written
    private byte @Nullable [] chunk;

    public PnetHandler(PreSharedKey key) {
        this.key = key;
    }

    private XSalsa20Engine engine(byte[] nonce) {
        XSalsa20Engine engine = new XSalsa20Engine();
        engine.init(true, new ParametersWithIV(new KeyParameter(key.bytes()), nonce));
        return engine;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        answer(ctx);
        XSalsa20Engine engine = in != null ? in : readNonce(bytes);
        if (engine == null || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        xor(engine, bytes, bytes.readerIndex(), bytes, bytes.readerIndex(), bytes.readableBytes());
        ctx.fireChannelRead(bytes);
    }

    /** This side's nonce at once, if it has not gone yet: rust and js say nothing more before they have it. */
    private void answer(ChannelHandlerContext ctx) {
        if (out == null) {
            ByteBuf nonce = ctx.alloc().buffer(NONCE_BYTES);
            begin(nonce);
            ctx.writeAndFlush(nonce);
        }
    }

    private @Nullable XSalsa20Engine readNonce(ByteBuf bytes) {
        int size = Math.min(NONCE_BYTES - remoteNonceBytes, bytes.readableBytes());
        bytes.readBytes(remoteNonce, remoteNonceBytes, size);
        remoteNonceBytes += size;
        if (remoteNonceBytes == NONCE_BYTES) {
            in = engine(remoteNonce);
        }
        return in;
    }

    /** Into a buffer of its own: what is written may belong to somebody else. */
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ByteBuf bytes = (ByteBuf) message;
        int size = bytes.readableBytes();
        ByteBuf ciphered = ctx.alloc().buffer(size + (out == null ? NONCE_BYTES : 0));
        try {
            XSalsa20Engine engine = out != null ? out : begin(ciphered);
            xor(engine, bytes, bytes.readerIndex(), ciphered, ciphered.writerIndex(), size);
            ciphered.writerIndex(ciphered.writerIndex() + size);
        } finally {
            bytes.release();
        }
        ctx.write(ciphered, promise);
    }

    private XSalsa20Engine begin(ByteBuf ciphered) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        ciphered.writeBytes(nonce);
        XSalsa20Engine engine = engine(nonce);
        out = engine;
        return engine;
    }

    private void xor(XSalsa20Engine engine, ByteBuf from, int fromIndex, ByteBuf to, int toIndex, int size) {
        byte[] bytes = chunk;
        if (bytes == null) {
            bytes = new byte[CHUNK_BYTES];
            chunk = bytes;
        }
        for (int done = 0; done < size; ) {
            int part = Math.min(bytes.length, size - done);
            from.getBytes(fromIndex + done, bytes, 0, part);
            engine.processBytes(bytes, 0, part, bytes, 0);
            to.setBytes(toIndex + done, bytes, 0, part);
            done += part;
        }
    }
}
