package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.core.Trace;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.transport.PeerId;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what a core reports, and remembers that something changed. Belongs to the group's loop. */
final class GroupTrace implements Trace {
    private static final Logger LOG = LoggerFactory.getLogger(GroupTrace.class);

    private final GenesisId genesis;
    private final PeerId self;
    private final Consumer<GroupEvent> events;
    private boolean changed;

    GroupTrace(GenesisId genesis, PeerId self, Consumer<GroupEvent> events) {
        this.events = events;
        this.genesis = genesis;
        this.self = self;
    }

    /** The first digits, enough for a log line. */
    static String shortText(GenesisId genesis) {
        return genesis.toString().substring(0, 8);
    }

    /** Whether something changed since the last call. */
    boolean takeChanged() {
        boolean was = changed;
        changed = false;
        return was;
    }

    @Override
    public void roleChanged(Role role, long term, @Nullable PeerId leader) {
        changed = true;
        events.accept(new GroupEvent.RoleChanged(role, term, leader));
        if (role == Role.LEADER || leader != null) {
            LOG.info(
                    "{} group={} peer={} term={} leader={}",
                    role == Role.LEADER ? "became leader" : "follows",
                    shortText(genesis),
                    self.shortText(),
                    term,
                    leader == null ? "-" : leader.shortText());
        } else {
            LOG.debug("became {} group={} peer={} term={}", role, shortText(genesis), self.shortText(), term);
        }
    }

    @Override
    public void configurationChanged(EntryId id, Configuration configuration, boolean committed) {
        changed = true;
        events.accept(new GroupEvent.MembersChanged(id, configuration, committed));
        if (committed && !configuration.isJoint()) {
            LOG.info("members group={} index={} {}", shortText(genesis), id.index(), describe(configuration));
        }
    }

    private static String describe(Configuration configuration) {
        return configuration.members().stream().map(GroupTrace::describe).collect(Collectors.joining(" "));
    }

    private static String describe(Member member) {
        return member.role().name().toLowerCase(Locale.ROOT) + "="
                + member.peerId().shortText();
    }

    @Override
    public void lostEntries(PeerId peer, long acknowledgedIndex) {
        LOG.warn(
                "lost entries group={} peer={} acknowledged={}: its data directory was rolled back, or its disk lied",
                shortText(genesis),
                peer.shortText(),
                acknowledgedIndex);
    }

    @Override
    public void demoted(PeerId peer, String reason) {
        LOG.warn("demotes group={} voter={}: {}", shortText(genesis), peer.shortText(), reason);
    }

    @Override
    public void dropped(PeerId from, String message, String reason) {
        LOG.debug("dropped group={} from={} {}: {}", shortText(genesis), from.shortText(), message, reason);
    }
}
