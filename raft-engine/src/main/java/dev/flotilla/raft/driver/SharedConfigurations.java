package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import dev.flotilla.transport.PeerId;
import java.io.Serial;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Makes equal configurations of a node's groups one object each, equal members in others, and equal peer ids. Thread-safe. */
final class SharedConfigurations implements UnaryOperator<Configuration> {
    private static final int REMEMBERED_MAX = 1024;

    /** Forgets what was not asked for longest. */
    private static final class Recent<V> extends LinkedHashMap<V, V> {
        @Serial
        private static final long serialVersionUID = 1;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<V, V> eldest) {
            return size() > REMEMBERED_MAX;
        }
    }

    private final Recent<Configuration> configurations = new Recent<>(); // guarded by this
    private final Recent<Member> members = new Recent<>(); // guarded by this
    private final Recent<PeerId> peers = new Recent<>(); // guarded by this

    /** An equal configuration that others share. */
    @Override
    public synchronized Configuration apply(Configuration configuration) {
        Configuration known = configurations.get(configuration);
        if (known == null) {
            known = configuration.withMembers(member -> members.computeIfAbsent(member, same -> same));
            configurations.put(known, known);
        }
        return known;
    }

    /** An equal peer id that others share. */
    synchronized PeerId shared(PeerId peer) {
        return peers.computeIfAbsent(peer, same -> same);
    }
}
