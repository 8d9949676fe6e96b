package dev.flotilla.raft.driver;

import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.Member;
import java.io.Serial;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes equal configurations, and equal members in others, of a node's groups one object each. Thread-safe. */
final class SharedConfigurations {
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

    /** An equal configuration that others share. */
    synchronized Configuration shared(Configuration configuration) {
        Configuration known = configurations.get(configuration);
        if (known == null) {
            known = configuration.withMembers(member -> members.computeIfAbsent(member, same -> same));
            configurations.put(known, known);
        }
        return known;
    }
}
