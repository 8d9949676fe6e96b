package dev.flotilla.libp2p;

/** A protocol that every connection of a host carries, such as identify: it is attached once, before the host starts. */
@FunctionalInterface
public interface HostService {
    /** Registers stream handlers and listeners with {@code host}. */
    void attach(Host host);
}
