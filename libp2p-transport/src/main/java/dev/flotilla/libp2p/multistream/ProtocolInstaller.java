package dev.flotilla.libp2p.multistream;

import io.netty.channel.ChannelHandlerContext;

/** Puts the handlers of an agreed protocol into a pipeline. */
@FunctionalInterface
public interface ProtocolInstaller {
    /**
     * Called on the event loop, once. Handlers are added behind {@code context}, the negotiating handler, which is taken
     * out when this returns; bytes that it has already read follow as {@code channelRead}. With {@code AUTO_READ} off
     * the new handlers ask for further ones. What this throws fails the negotiation.
     */
    void install(ChannelHandlerContext context, String protocol) throws Exception;
}
