package dev.flotilla.raft.sim;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Entry;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;

/**
 * Certificates are of use (design, Who may speak): a chain that is issued convinces every member that may lag, which is each
 * whose disk does not name yet whom the chain is for. That one needs to know one of those who signed.
 */
final class VouchingRules {
    private final SimGroup group;

    VouchingRules(SimGroup group) {
        this.group = group;
    }

    void issued(SimPeer issuer, PeerId subject, List<Certificate> chain) {
        for (SimPeer peer : group.life().peers()) {
            boolean isOther = peer != issuer && !peer.id().equals(subject);
            if (isOther && isMember(peer) && remembersAll(peer)) {
                List<Configuration> known = known(peer);
                Violation.unless(
                        known.isEmpty() || isConvinced(known, chain),
                        "%s vouches for %s; of those who signed that, %s, which lags, knows nobody",
                        issuer.name(),
                        Names.of(subject),
                        peer.name());
            }
        }
    }

    private boolean isMember(SimPeer peer) {
        Configuration agreed = group.watch().agreed();
        return agreed != null && agreed.contains(peer.id(), peer.storeId());
    }

    private boolean remembersAll(SimPeer peer) {
        return !group.invariants().isBroken()
                && !peer.disk().hasForgotten()
                && !peer.disk().isDamaged();
    }

    private static boolean isConvinced(List<Configuration> known, List<Certificate> chain) {
        Certificate first = chain.get(0);
        return known.stream()
                .anyMatch(configuration -> configuration.contains(first.subject(), first.storeId())
                        || chain.stream()
                                .anyMatch(each ->
                                        configuration.member(each.issuer()).isPresent()));
    }

    /** What its disk says; nothing while that does not name it: then it is a newcomer, who believes its contacts. */
    private List<Configuration> known(SimPeer peer) {
        List<Configuration> known = new ArrayList<>();
        SimMachine.State snapshot = peer.disk().snapshot();
        if (snapshot != null) {
            known.add(snapshot.meta().configuration());
        }
        for (Entry entry : peer.disk().log().entries()) {
            if (entry.kind() == Entry.Kind.CONFIGURATION) {
                known.add(group.decoded().configuration(entry));
            }
        }
        boolean isNamed = known.stream().anyMatch(each -> each.contains(peer.id(), peer.storeId()));
        return isNamed ? known : List.of();
    }
}
