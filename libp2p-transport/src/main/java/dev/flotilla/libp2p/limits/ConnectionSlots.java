package dev.flotilla.libp2p.limits;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The connections whose peers have proven who they are. Thread-safe. */
public final class ConnectionSlots {
    private final ConnectionLimits limits;
    private final Usage usage = new Usage(); // guarded by this
    private final AddressQuota byAddress; // guarded by this
    private final AddressQuota bySubnet; // guarded by this

    public ConnectionSlots(ConnectionLimits limits) {
        this.limits = limits;
        this.byAddress = new AddressQuota(limits.perAddressMax());
        this.bySubnet = new AddressQuota(limits.perSubnetMax());
    }

    /** A connection that is counted. */
    public final class Slot {
        private final boolean inbound;
        private final @Nullable ByteBuffer block;
        private final @Nullable ByteBuffer subnet;
        private final AtomicBoolean left = new AtomicBoolean();

        private Slot(boolean inbound, @Nullable ByteBuffer block, @Nullable ByteBuffer subnet) {
            this.inbound = inbound;
            this.block = block;
            this.subnet = subnet;
        }

        /** The connection is gone. Idempotent. */
        public void leave() {
            if (left.compareAndSet(false, true)) {
                ConnectionSlots.this.leave(this);
            }
        }
    }

    /**
     * Whether a stranger's inbound connection would be refused now, whatever it proves: then it need not begin.
     *
     * @throws ResourceLimitException if it would
     */
    public synchronized void checkInbound() throws ResourceLimitException {
        check(true);
    }

    /**
     * Takes a place.
     *
     * @param remote of an inbound connection; null where it is not the peer's own
     * @param isProtected whether the peer gets in whatever the limits say
     * @throws ResourceLimitException if there are too many
     */
    public synchronized Slot enter(boolean inbound, @Nullable InetAddress remote, boolean isProtected)
            throws ResourceLimitException {
        boolean byPlace = inbound && !isProtected;
        Slot slot = new Slot(
                inbound, byPlace ? AddressBlock.machine(remote) : null, byPlace ? AddressBlock.subnet(remote) : null);
        if (!isProtected) {
            check(inbound);
            check(slot);
        }
        usage.enter(inbound);
        byAddress.enter(slot.block);
        bySubnet.enter(slot.subnet);
        return slot;
    }

    private void check(boolean inbound) throws ResourceLimitException {
        Limit host = limits.host();
        if (usage.count() >= host.max()) {
            throw new ResourceLimitException(Resource.CONNECTIONS, host.max());
        }
        if (!usage.fits(host, inbound)) {
            throw inbound
                    ? new ResourceLimitException(Resource.INBOUND_CONNECTIONS, host.inboundMax())
                    : new ResourceLimitException(Resource.OUTBOUND_CONNECTIONS, host.outboundMax());
        }
    }

    private void check(Slot slot) throws ResourceLimitException {
        if (!byAddress.fits(slot.block)) {
            throw new ResourceLimitException(Resource.CONNECTIONS_OF_ADDRESS, byAddress.max());
        }
        if (!bySubnet.fits(slot.subnet)) {
            throw new ResourceLimitException(Resource.CONNECTIONS_OF_SUBNET, bySubnet.max());
        }
    }

    private synchronized void leave(Slot slot) {
        usage.leave(slot.inbound);
        byAddress.leave(slot.block);
        bySubnet.leave(slot.subnet);
    }

    /** How many connections there are. */
    public synchronized int count() {
        return usage.count();
    }

    /** How many of them others began. */
    public synchronized int inbound() {
        return usage.inbound();
    }

    /** How many there are beyond what strangers and protected peers together may have; 0 if none. */
    public synchronized int excess() {
        return Math.max(0, usage.count() - limits.host().max());
    }
}
