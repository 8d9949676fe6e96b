package dev.flotilla.libp2p.limits;

import java.io.IOException;

/** This side has as much of something as its {@link ResourceLimits} allow. The message names what, and the limit. */
public final class ResourceLimitException extends IOException {
    private static final long serialVersionUID = 1L;

    private final Resource resource;

    public ResourceLimitException(Resource resource, long max) {
        super("a limit of this side is reached: " + max + " " + resource);
        this.resource = resource;
    }

    public Resource resource() {
        return resource;
    }
}
