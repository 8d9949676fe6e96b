package dev.flotilla.libp2p.quic;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.quic.Quic;
import io.netty.handler.codec.quic.QuicTokenHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Lets who dials prove, when many do at once, that it is at the address that it sends from (RFC 9000 §8.1.2): a forged
 * sender then costs no memory. A token is the second of its making, a code of that, the address and the connection id,
 * and the id itself.
 */
final class AddressTokens implements QuicTokenHandler {
    private static final String MAC = "HmacSHA256";
    private static final int TIME_BYTES = 4;
    private static final int CODE_BYTES = 16;
    private static final int HEAD_BYTES = TIME_BYTES + CODE_BYTES;
    private static final int SECONDS_MAX = 10;

    private final BooleanSupplier wanted;
    private final LongSupplier nanoClock;
    private final SecretKeySpec key;

    /** @param wanted whether a proof is asked for; on the event loop */
    AddressTokens(BooleanSupplier wanted, LongSupplier nanoClock) {
        this.wanted = wanted;
        this.nanoClock = nanoClock;
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        this.key = new SecretKeySpec(secret, MAC);
    }

    @Override
    public boolean writeToken(ByteBuf out, ByteBuf connectionId, InetSocketAddress address) {
        if (!wanted.getAsBoolean()) {
            return false;
        }
        byte[] id = ByteBufUtil.getBytes(connectionId);
        int second = second();
        out.writeInt(second).writeBytes(code(second, address, id)).writeBytes(id);
        return true;
    }

    @Override
    public int validateToken(ByteBuf token, InetSocketAddress address) {
        int length = token.readableBytes();
        if (length < HEAD_BYTES || length > maxTokenLength()) {
            return -1;
        }
        int second = token.getInt(token.readerIndex());
        byte[] code = ByteBufUtil.getBytes(token, token.readerIndex() + TIME_BYTES, CODE_BYTES);
        byte[] id = ByteBufUtil.getBytes(token, token.readerIndex() + HEAD_BYTES, length - HEAD_BYTES);
        int age = second() - second;
        boolean valid = age >= 0 && age <= SECONDS_MAX && MessageDigest.isEqual(code, code(second, address, id));
        return valid ? HEAD_BYTES : -1;
    }

    private int second() {
        return (int) TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong());
    }

    private byte[] code(int second, InetSocketAddress address, byte[] connectionId) {
        try {
            Mac mac = Mac.getInstance(MAC);
            mac.init(key);
            mac.update(ByteBuffer.allocate(2 * Integer.BYTES)
                    .putInt(second)
                    .putInt(address.getPort())
                    .array());
            mac.update((byte) address.getAddress().getAddress().length);
            mac.update(address.getAddress().getAddress());
            return Arrays.copyOf(mac.doFinal(connectionId), CODE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + MAC, e);
        }
    }

    @Override
    public int maxTokenLength() {
        return HEAD_BYTES + Quic.MAX_CONN_ID_LEN;
    }
}
