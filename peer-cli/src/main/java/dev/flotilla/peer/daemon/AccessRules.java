package dev.flotilla.peer.daemon;

import dev.flotilla.libp2p.gating.AccessList;
import dev.flotilla.libp2p.gating.Subnet;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Set;

/** Who may connect and be dialled; see {@link AccessList}. */
public record AccessRules(
        Set<PeerId> allowedPeers, Set<Subnet> allowedSubnets, Set<PeerId> deniedPeers, Set<Subnet> deniedSubnets) {
    private static final List<Subnet> LOOPBACK = List.of(Subnet.parse("127.0.0.0/8"), Subnet.parse("::1"));

    public AccessRules {
        allowedPeers = Set.copyOf(allowedPeers);
        allowedSubnets = Set.copyOf(allowedSubnets);
        deniedPeers = Set.copyOf(deniedPeers);
        deniedSubnets = Set.copyOf(deniedSubnets);
    }

    /** Anybody may. */
    public static AccessRules none() {
        return new AccessRules(Set.of(), Set.of(), Set.of(), Set.of());
    }

    /** The list as a host asks it. {@code operator}, and this machine, are allowed where only some are. */
    AccessList toList(PeerId operator) {
        AccessList list = new AccessList();
        if (!allowedPeers.isEmpty()) {
            list.allow(operator);
            allowedPeers.forEach(list::allow);
        }
        if (!allowedSubnets.isEmpty()) {
            LOOPBACK.forEach(list::allow);
            allowedSubnets.forEach(list::allow);
        }
        deniedPeers.forEach(list::deny);
        deniedSubnets.forEach(list::deny);
        return list;
    }
}
