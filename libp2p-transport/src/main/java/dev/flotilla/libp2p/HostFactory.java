package dev.flotilla.libp2p;

/** Makes hosts; found by {@link java.util.ServiceLoader}, so that the API does not depend on what implements it. */
@FunctionalInterface
public interface HostFactory {
    /**
     * A host as {@code builder} describes it, not started.
     *
     * @throws IllegalArgumentException if it cannot be, for instance because no transport takes a listening address
     */
    Host newHost(HostBuilder builder);
}
