package dev.flotilla.libp2p.quic;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramPacket;
import io.netty.handler.codec.quic.Quic;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of a socket that is listened on: lets connections be dialled by it, too, so that a NAT shows one
 * address for both. What comes for a connection id that a dial has chosen is the {@link QuicClient}'s; all else is for the
 * server's codec behind. Event loop only.
 */
final class ListenSocket extends ChannelInboundHandlerAdapter {
    private static final int LONG_HEADER = 0x80; // RFC 9000 §17.2
    private static final int LONG_HEADER_ID_LENGTH_AT = 5;
    private static final int SHORT_HEADER_ID_AT = 1; // RFC 9000 §17.3

    private final BiFunction<EventLoop, QuicClient.Route, QuicClient> clients;
    private final SecureRandom random = new SecureRandom();
    private final Set<ByteBuffer> dialled = new HashSet<>(); // their connection ids
    private @Nullable ChannelHandlerContext context;
    private @Nullable QuicClient client; // null until the first dial
    private boolean readByClient;

    /** @param clients makes what dials, if anything does */
    ListenSocket(BiFunction<EventLoop, QuicClient.Route, QuicClient> clients) {
        this.clients = clients;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** What dials by this socket. */
    QuicClient client() {
        QuicClient known = client;
        if (known == null) {
            ChannelHandlerContext ctx = context;
            if (ctx == null) {
                throw new IllegalStateException("not in a pipeline yet");
            }
            QuicClient made = clients.apply(ctx.channel().eventLoop(), remote -> ctx); // past the server's codec
            ctx.channel().closeFuture().addListener(closed -> made.channel().close());
            client = made;
            known = made;
        }
        return known;
    }

    /** The id of a new connection that is dialled, which is recognised by it until {@link #leave}. */
    byte[] enter() {
        byte[] id = new byte[Quic.MAX_CONN_ID_LEN];
        random.nextBytes(id);
        dialled.add(ByteBuffer.wrap(id));
        return id;
    }

    void leave(byte[] id) {
        dialled.remove(ByteBuffer.wrap(id));
    }

    /** Sends a datagram past all connections. */
    void send(byte[] bytes, InetSocketAddress remote) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            ctx.writeAndFlush(
                    new DatagramPacket(ctx.alloc().directBuffer(bytes.length).writeBytes(bytes), remote));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        QuicClient known = client;
        if (known != null && isOfDialled(((DatagramPacket) message).content())) {
            readByClient = true;
            known.channel().pipeline().fireChannelRead(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private boolean isOfDialled(ByteBuf datagram) {
        int start = datagram.readerIndex();
        int length = datagram.readableBytes();
        if (dialled.isEmpty() || length <= LONG_HEADER_ID_LENGTH_AT) {
            return false;
        }
        boolean isLong = (datagram.getByte(start) & LONG_HEADER) != 0;
        int idAt = isLong ? LONG_HEADER_ID_LENGTH_AT + 1 : SHORT_HEADER_ID_AT;
        int idLength = isLong ? datagram.getUnsignedByte(start + LONG_HEADER_ID_LENGTH_AT) : Quic.MAX_CONN_ID_LEN;
        return idLength == Quic.MAX_CONN_ID_LEN
                && length >= idAt + idLength
                && dialled.contains(datagram.nioBuffer(start + idAt, idLength));
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        QuicClient known = client;
        if (known != null && readByClient) {
            readByClient = false;
            known.channel().pipeline().fireChannelReadComplete();
        }
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        QuicClient known = client;
        if (known != null && ctx.channel().isWritable()) {
            known.channel().pipeline().fireChannelWritabilityChanged();
        }
        ctx.fireChannelWritabilityChanged(); // the server's codec flushes if it has become unwritable
    }
}
