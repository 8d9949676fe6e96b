package dev.flotilla.raft.driver;

import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.core.Trace;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.DamagedEntry;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.metrics.Metric;
import dev.flotilla.raft.storage.LogDamage;
import dev.flotilla.transport.PeerId;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs, counts and tells what a core reports, and remembers that something changed. Belongs to the group's loop. */
final class GroupTrace implements Trace {
    private static final Logger LOG = LoggerFactory.getLogger(GroupTrace.class);

    private final NodeContext node;
    private final GenesisId genesis;
    private final EventFeed feed;
    private @Nullable PeerId lastLeader; // known
    private boolean changed;
    private boolean campaigns;
    private boolean leads;
    private boolean silent;

    GroupTrace(NodeContext node, GenesisId genesis, EventFeed feed) {
        this.node = node;
        this.genesis = genesis;
        this.feed = feed;
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
        count(role, leader);
        feed.happened(new GroupEvent.RoleChanged(role, term, leader));
        if (role == Role.LEADER || leader != null) {
            LOG.info(
                    "{} group={} peer={} term={} leader={}",
                    role == Role.LEADER ? "became leader" : "follows",
                    shortText(genesis),
                    node.self().shortText(),
                    term,
                    leader == null ? "-" : leader.shortText());
        } else {
            LOG.debug(
                    "became {} group={} peer={} term={}",
                    role,
                    shortText(genesis),
                    node.self().shortText(),
                    term);
        }
    }

    private void count(Role role, @Nullable PeerId leader) {
        boolean isCandidate = role == Role.PRE_CANDIDATE || role == Role.CANDIDATE;
        if (isCandidate && !campaigns) {
            node.meters().count(Metric.ELECTIONS_BEGUN);
        } else if (campaigns && !isCandidate) {
            node.meters().count(role == Role.LEADER ? Metric.ELECTIONS_WON : Metric.ELECTIONS_LOST);
        }
        campaigns = isCandidate;
        leads(role == Role.LEADER);
        if (leader != null && !leader.equals(lastLeader)) {
            node.meters().count(Metric.LEADER_CHANGES);
            lastLeader = leader;
        }
    }

    private void leads(boolean now) {
        node.meters().raise(Metric.GROUPS_LED, (now ? 1 : 0) - (leads ? 1 : 0));
        leads = now;
    }

    /** The group is silent on this peer, or awake; nothing happens if it was so before. */
    void silent(boolean now) {
        if (now != silent) {
            silent = now;
            feed.happened(now ? new GroupEvent.FellQuiet() : new GroupEvent.Awoke());
        }
    }

    /** The group stops on this peer. */
    void end() {
        leads(false);
        node.meters().raise(Metric.GROUPS_QUIET, silent ? -1 : 0);
        silent = false;
    }

    @Override
    public void configurationChanged(EntryId id, Configuration configuration, boolean committed) {
        changed = true;
        feed.happened(new GroupEvent.MembersChanged(id, configuration, committed));
        if (committed && !configuration.isJoint()) {
            LOG.info("members group={} index={} {}", shortText(genesis), id.index(), describe(configuration));
        }
    }

    private static String describe(Configuration configuration) {
        return configuration.members().stream().map(GroupTrace::describe).collect(Collectors.joining(" "));
    }

    private static String describe(Member member) {
        return member.role().name().toLowerCase(Locale.ROOT) + "="
                + member.peerId().shortText()
                + (member.priority() == 0 ? "" : "(priority " + member.priority() + ")");
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
    public void damaged(List<DamagedEntry> entries) {
        feed.happened(new GroupEvent.LogDamaged(entries));
        DamagedEntry first = entries.get(0);
        LOG.warn(
                "damaged entries group={} peer={} entries={} first={} {}: stands for no election until others have sent {}",
                shortText(genesis),
                node.self().shortText(),
                LogDamage.ranges(entries),
                first.id(),
                first.place(),
                entries.size() == 1 ? "it again" : "them again");
    }

    @Override
    public void repaired(long firstIndex, long lastIndex, int left) {
        feed.happened(new GroupEvent.LogRepaired(firstIndex, lastIndex, left));
        LOG.info(
                "rid of damaged entries group={} peer={} from={} to={} left={}",
                shortText(genesis),
                node.self().shortText(),
                firstIndex,
                lastIndex,
                left);
    }

    @Override
    public void demoted(PeerId peer, String reason) {
        LOG.warn("demotes group={} voter={}: {}", shortText(genesis), peer.shortText(), reason);
    }

    @Override
    public void handsOver(PeerId peer, int priority) {
        LOG.info("hands over group={} to={} priority={}", shortText(genesis), peer.shortText(), priority);
    }

    @Override
    public void dropped(PeerId from, String message, String reason) {
        node.meters().count(Metric.MESSAGES_REFUSED);
        LOG.debug("dropped group={} from={} {}: {}", shortText(genesis), from.shortText(), message, reason);
    }
}
