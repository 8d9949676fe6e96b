package dev.flotilla.libp2p;

/** Makes the {@link Transport} of one host. */
@FunctionalInterface
public interface TransportFactory {
    /** @param host under construction: to be called only later, when the transport is used */
    Transport newTransport(Host host, Upgrader upgrader);
}
