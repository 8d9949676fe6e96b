package dev.flotilla.interop;

import dev.flotilla.libp2p.Stream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The SHA-256 of what goes by, and how much it was. */
final class Digest {
    private final MessageDigest sha256;
    private long bytes;

    Digest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    void add(byte[] piece) {
        sha256.update(piece);
        bytes += piece.length;
    }

    /** Takes what comes next; the result is whether anything came before the end. */
    CompletableFuture<Boolean> readSome(Stream stream) {
        return stream.read().thenApply(this::take);
    }

    private boolean take(@Nullable ByteBuf piece) {
        if (piece == null) {
            return false;
        }
        add(ByteBufUtil.getBytes(piece));
        piece.release();
        return true;
    }

    /** Takes all up to the other side's end. */
    CompletableFuture<Void> readAll(Stream stream) {
        CompletableFuture<Void> all = new CompletableFuture<>();
        readOn(stream, all);
        return all;
    }

    private void readOn(Stream stream, CompletableFuture<Void> all) {
        CompletableFuture<Boolean> unused = readSome(stream).whenComplete((more, failure) -> {
            if (failure != null) {
                all.completeExceptionally(failure);
            } else if (more) {
                readOn(stream, all);
            } else {
                all.complete(null);
            }
        });
    }

    long bytes() {
        return bytes;
    }

    /** The digest of all so far; nothing can be added afterwards. */
    byte[] end() {
        return sha256.digest();
    }

    String hex() {
        return hex(end());
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
