package dev.flotilla.raft.sim;

import dev.flotilla.raft.core.Role;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.FeatureLevel;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.MembershipChange;
import dev.flotilla.raft.message.Request;
import dev.flotilla.raft.message.SnapshotMarker;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** Lets things go wrong, and operators ask for changes at bad moments. */
final class Chaos {
    private static final int VOTERS_TO_LOSE_ONE = 3;
    private static final int WALL_MILLIS_MAX = 10_000;
    private static final int DISK_SLOWNESS_MAX = 20;
    private static final int DAMAGED_MAX = 5;
    private static final long VAIN_NANOS_MIN = 3 * SimSettings.ELECTION_TIMEOUT_NANOS;
    private static final int ROUNDS_LOST_MAX = 5;
    private static final int MILLION = 1_000_000;
    private static final long REBOOT_NANOS_MAX = SimSettings.ELECTION_TIMEOUT_NANOS / 5;

    /** A snapshot that is driven from outside, and in which life of its peer it began. */
    private record Begun(SnapshotMarker marker, int life) {}

    private final Environment environment;
    private final RandomGenerator random;
    private final Tally tally;
    private final SimSettings settings;
    private SimGroup group; // whose peers are picked
    private long changedNanos;
    private final Map<SimPeer, Begun> begun = new HashMap<>(); // the last of each peer
    private boolean damaged; // some log, at some time
    private boolean wiped; // a group survives one lost disk at a time: one is all there is

    Chaos(Environment environment, SimSettings settings) {
        this.environment = environment;
        this.random = environment.random();
        this.tally = environment.tally();
        this.settings = settings;
        this.group = environment.groups().get(0);
    }

    /** Does one thing of any kind. */
    void strike() {
        List<Fault> faults = settings.faultsByWeight();
        strike(
                environment.groups().get(random.nextInt(environment.groups().size())),
                faults.get(random.nextInt(faults.size())));
    }

    /** Does that, to the peers of {@code concerned}. */
    void strike(SimGroup concerned, Fault fault) {
        environment.note(() -> "fault " + fault);
        group = concerned;
        strike(fault);
    }

    private void strike(Fault fault) {
        switch (fault) {
            case CRASH -> pick(SimPeer::isUp).ifPresent(this::crash);
            case CRASH_LEADER -> pick(Chaos::isLeader).ifPresent(this::crash);
            case RESTART ->
                pick(peer -> environment.isToRestart(peer.node())).ifPresent(peer -> environment.restart(peer.node()));
            case REBOOT -> pick(SimPeer::isUp).ifPresent(this::reboot);
            case PARTITION -> partition();
            case ONE_WAY_PARTITION -> blockOneWay();
            case PARTIAL_PARTITION -> cutLink();
            case HEAL -> environment.network().heal();
            case RECONNECT -> pickTwo((a, b) -> environment.network().reconnect(a.node(), b.node()));
            case DISCONNECT -> leaderOrAny().ifPresent(this::disconnect);
            case SLOW_DISK -> slowDisk(anyNode());
            case SKEW_CLOCK -> skewClock(anyNode());
            case JUMP_CLOCK -> jumpClock(anyNode());
            case SET_WALL_CLOCK -> anyNode().clock().setWall(random.nextInt(-WALL_MILLIS_MAX, WALL_MILLIS_MAX));
            case SNAPSHOT -> pick(SimPeer::isUp).ifPresent(this::takeSnapshot);
            case BEGIN_SNAPSHOT -> pick(SimPeer::isUp).ifPresent(this::beginSnapshot);
            case END_SNAPSHOT -> pick(begun::containsKey).ifPresent(this::endSnapshot);
            case FULL_DISK -> pick(SimPeer::isUp).ifPresent(peer -> peer.node().fillDisk());
            case UPGRADE ->
                pick(peer -> peer.featureLevel() < FeatureLevel.NEWEST).ifPresent(this::upgrade);
            case LIE -> forget(1 + random.nextInt(ROUNDS_LOST_MAX), Occurrence.ROUNDS_LOST_BY_LYING_DISK);
            case ROLL_BACK -> forget(Integer.MAX_VALUE, Occurrence.DIRECTORY_ROLLED_BACK);
            case DAMAGE -> pick(this::mayBeDamaged).ifPresent(this::damage);
            case TRANSFER -> pick(SimPeer::isUp).ifPresent(this::transfer);
            case ADD_MEMBER -> pick(SimPeer::isUp).ifPresent(this::addMember);
            case REMOVE_MEMBER -> pick(SimPeer::isUp).ifPresent(this::removeMember);
            case REMOVE_LEADER -> pick(Chaos::isLeader).ifPresent(leader -> remove(leader, leader.id()));
            case REPLACE_MEMBERS -> pick(SimPeer::isUp).ifPresent(this::replaceMembers);
            case JOIN -> pick(group.life()::isOutside).ifPresent(this::join);
            case ADMIT_IN_VAIN -> pick(Chaos::isLeader).ifPresent(this::admitInVain);
            case PREFER -> pick(SimPeer::isUp).ifPresent(this::prefer);
            case AGREE -> pick(SimPeer::isUp).ifPresent(this::agree);
            case WIPE -> pick(this::mayBeWiped).ifPresent(this::wipe);
            case INTRUDE -> pick(SimPeer::isUp).ifPresent(peer -> new Intruder(random).speakTo(peer));
        }
    }

    private Optional<SimPeer> pick(Predicate<SimPeer> which) {
        List<SimPeer> candidates = group.life().peers().stream().filter(which).toList();
        return candidates.isEmpty() ? Optional.empty() : Optional.of(candidates.get(random.nextInt(candidates.size())));
    }

    private interface Pair {
        void accept(SimPeer a, SimPeer b);
    }

    private void pickTwo(Pair action) {
        pick(SimPeer::isUp)
                .ifPresent(a -> pick(peer -> peer.isUp() && peer != a).ifPresent(b -> action.accept(a, b)));
    }

    private static boolean isLeader(SimPeer peer) {
        return peer.isUp() && peer.role() == Role.LEADER;
    }

    private void crash(SimPeer peer) {
        environment.crash(peer.node());
    }

    /** Its process ends and is there again at once, perhaps without its way to the leader. */
    private void reboot(SimPeer peer) {
        tally.count(Occurrence.REBOOT);
        SimNode node = peer.node();
        Optional<SimPeer> leader = pick(Chaos::isLeader);
        if (leader.isPresent() && leader.get() != peer && random.nextBoolean()) {
            environment.network().cut(leader.get().node(), node);
        }
        environment.crash(node);
        restartSoon(node);
    }

    private void restartSoon(SimNode node) {
        environment.schedule().after(1 + random.nextLong(REBOOT_NANOS_MAX), () -> {
            if (!node.isUp()) {
                environment.restart(node);
            }
        });
    }

    /** As in a rolling upgrade, which may go from any version to any later one. */
    private void upgrade(SimPeer peer) {
        tally.count(Occurrence.NODE_UPGRADED);
        environment.upgrade(peer.node(), random.nextInt(peer.featureLevel() + 1, FeatureLevel.NEWEST + 1));
        restartSoon(peer.node());
    }

    private void partition() {
        tally.count(Occurrence.PARTITION);
        Set<SimNode> side = new LinkedHashSet<>();
        for (SimNode node : environment.nodes()) {
            if (random.nextBoolean()) {
                side.add(node);
            }
        }
        environment.network().partition(side);
    }

    private void blockOneWay() {
        tally.count(Occurrence.ONE_WAY_PARTITION);
        pickTwo((a, b) -> environment.network().block(a.node(), b.node()));
    }

    /** Two lose each other, often one of them the leader, while others reach both. */
    private void cutLink() {
        tally.count(Occurrence.PARTIAL_PARTITION);
        leaderOrAny().ifPresent(a -> pick(peer -> peer.isUp() && peer != a)
                .ifPresent(b -> environment.network().cut(a.node(), b.node())));
    }

    private Optional<SimPeer> leaderOrAny() {
        Optional<SimPeer> leader = random.nextInt(4) == 0 ? Optional.empty() : pick(Chaos::isLeader);
        return leader.or(() -> pick(SimPeer::isUp));
    }

    private SimNode anyNode() {
        return environment.nodes().get(random.nextInt(environment.nodes().size()));
    }

    /** Cut off from everybody else. */
    private void disconnect(SimPeer peer) {
        tally.count(Occurrence.DISCONNECTED);
        environment.network().partition(Set.of(peer.node()));
    }

    private void slowDisk(SimNode node) {
        tally.count(Occurrence.DISK_SLOWED);
        node.diskSlowness(random.nextInt(3) == 0 ? 1 : 2 + random.nextInt(DISK_SLOWNESS_MAX - 1));
    }

    private void skewClock(SimNode node) {
        tally.count(Occurrence.CLOCK_SKEWED);
        int most = (int) (SimSettings.CLOCK_SLOWNESS_MAX * MILLION);
        environment.skew(node, random.nextInt(-most, most + 1));
    }

    private void jumpClock(SimNode node) {
        tally.count(Occurrence.CLOCK_JUMPED);
        environment.jump(node, random.nextLong(3 * SimSettings.ELECTION_TIMEOUT_NANOS));
    }

    private void takeSnapshot(SimPeer peer) {
        if (peer.takeSnapshot()) {
            tally.count(Occurrence.SNAPSHOT_TAKEN);
        }
    }

    /** The one that may loses up to so many rounds that were durable, as any process does that ends while its disk lies. */
    private void forget(int roundsMax, Occurrence how) {
        SimNode node = environment.nodes().get(settings.forgetful());
        SimPeer peer = group.life().peer(node.id());
        if (node.isUp()) {
            environment.crash(node);
        }
        List<SimDisk.Copy> earlier = peer.disk().earlier();
        int rounds = Math.min(roundsMax, earlier.size());
        if (rounds > 0) {
            tally.count(how);
            int first = roundsMax == Integer.MAX_VALUE ? random.nextInt(rounds) : earlier.size() - rounds;
            group.promises().forgetting(peer, earlier.get(first));
            peer.disk().forget(first);
        }
        restartSoon(node);
    }

    private void beginSnapshot(SimPeer peer) {
        SnapshotMarker marker = peer.beginSnapshot();
        if (marker != null) {
            tally.count(Occurrence.SNAPSHOT_BEGUN);
            begun.put(peer, new Begun(marker, peer.life()));
        }
    }

    /** The application made durable what it had marked; unless its process ended meanwhile, when the mark is void. */
    private void endSnapshot(SimPeer peer) {
        Begun ended = Objects.requireNonNull(begun.remove(peer));
        boolean isTaken = peer.endSnapshot(ended.marker());
        boolean isOfThisLife = peer.life() == ended.life();
        Violation.unless(isOfThisLife || !isTaken, "%s ends a snapshot of an earlier life", peer.name());
        if (!isOfThisLife) {
            tally.count(Occurrence.SNAPSHOT_LOST_BEFORE_ITS_END);
        } else if (!isTaken) {
            tally.count(Occurrence.SNAPSHOT_OVERTAKEN_BEFORE_ITS_END);
        } else {
            tally.count(Occurrence.SNAPSHOT_ENDED);
            if (peer.machine().lastApplied() > ended.marker().index()) {
                tally.count(Occurrence.SNAPSHOT_ENDED_BEHIND_THE_STATE);
            }
        }
    }

    // ---- what operators ask for ----

    private void transfer(SimPeer asked) {
        PeerId target = random.nextInt(3) == 0
                ? null
                : pick(peer -> true).map(SimPeer::id).orElse(null);
        group.operators().ask(asked, new Request.Transfer(target), Occurrence.TRANSFERRED);
    }

    private void addMember(SimPeer asked) {
        Configuration known = asked.status().configuration();
        pick(peer -> peer.isUp() && !known.contains(peer.id(), peer.storeId()))
                .ifPresent(peer -> change(asked, MembershipChange.put(learner(peer))));
    }

    private static Member asVoter(Member member) {
        return member.isWitness()
                ? member
                : Member.voter(member.peerId(), member.storeId()).withPriority(member.priority());
    }

    private Member learner(SimPeer peer) {
        return random.nextInt(4) == 0
                ? Member.witness(peer.id(), peer.storeId(), true)
                : Member.learner(peer.id(), peer.storeId(), random.nextInt(4) != 0);
    }

    private void removeMember(SimPeer asked) {
        List<Member> members = asked.status().configuration().all();
        if (!members.isEmpty()) {
            remove(asked, members.get(random.nextInt(members.size())).peerId());
        }
    }

    private void remove(SimPeer asked, PeerId peer) {
        change(asked, MembershipChange.remove(peer));
    }

    /** Several at once: members go, others come, learners become voters. */
    private void replaceMembers(SimPeer asked) {
        Configuration known = asked.status().configuration();
        List<Member> put = new ArrayList<>();
        List<PeerId> gone = new ArrayList<>();
        for (SimPeer peer : group.life().peers()) {
            boolean isMember = known.contains(peer.id(), peer.storeId());
            if (isMember && random.nextInt(4) == 0) {
                gone.add(peer.id());
            } else if (peer.isUp() && (isMember || random.nextInt(2) == 0)) {
                put.add(isMember ? asVoter(known.member(peer.id()).orElseThrow()) : learner(peer));
            }
        }
        change(asked, new MembershipChange(put, gone));
    }

    /** One of few priorities, so that some are equal; perhaps of somebody who cannot have one. */
    private void prefer(SimPeer asked) {
        pick(peer -> true)
                .ifPresent(peer -> change(asked, MembershipChange.priority(peer.id(), random.nextInt(4) - 1)));
    }

    /** On other lease reads, or on none. */
    private void agree(SimPeer asked) {
        change(asked, MembershipChange.settings(SimSettings.lease(random)));
    }

    /** While a lost disk's owner counts as a voter, a careful operator changes nothing but that. */
    private void change(SimPeer asked, MembershipChange change) {
        Configuration known = asked.status().configuration();
        List<PeerId> lost = known.all().stream()
                .map(Member::peerId)
                .filter(peer -> !known.contains(peer, group.life().peer(peer).storeId()))
                .toList();
        boolean concernsLost = change.priorities().isEmpty()
                && change.settings() == null
                && change.put().stream().map(Member::peerId).allMatch(lost::contains)
                && lost.containsAll(change.remove());
        if (wiped && !concernsLost && (!lost.isEmpty() || known.all().isEmpty())) {
            return;
        }
        changedNanos = environment.schedule().nowNanos();
        group.operators().ask(asked, new Request.ChangeMembers(change), Occurrence.MEMBERS_CHANGED);
    }

    /** An outsider asks to be let in, with anybody's ticket. */
    private void join(SimPeer newcomer) {
        Optional<SimPeer> issuer = pick(peer -> peer != newcomer);
        issuer.ifPresent(from -> {
            if (!newcomer.isUp()) {
                group.life().enter(newcomer);
            }
            group.operators().join(newcomer, from);
        });
    }

    /**
     * A leader that is cut off together with an outsider lets it in as a witness, and nobody else hears of it. The others
     * have another leader by and by, and let it in as a learner, with the same data directory.
     */
    private void admitInVain(SimPeer leader) {
        SimGroup concerned = group;
        pick(peer -> peer != leader && group.life().isOutside(peer)).ifPresent(newcomer -> {
            if (!newcomer.isUp()) {
                group.life().enter(newcomer);
            }
            environment.network().partition(Set.of(leader.node(), newcomer.node()));
            change(leader, MembershipChange.put(Member.witness(newcomer.id(), newcomer.storeId(), true)));
            environment
                    .schedule()
                    .after(
                            VAIN_NANOS_MIN + random.nextLong(VAIN_NANOS_MIN),
                            () -> admitAfterAll(concerned, leader, newcomer));
        });
    }

    private void admitAfterAll(SimGroup concerned, SimPeer before, SimPeer newcomer) {
        if (environment.schedule().nowNanos() >= settings.chaosNanos()) {
            return;
        }
        group = concerned;
        environment.network().heal();
        pick(peer -> isLeader(peer) && peer != before && newcomer.isUp())
                .ifPresent(leader ->
                        change(leader, MembershipChange.put(Member.learner(newcomer.id(), newcomer.storeId(), true))));
    }

    /**
     * Whether the others can do without what {@code peer} has: it must not be the last that holds an entry whole, and
     * whoever is up must be able to elect a leader without its help, since it may refuse all that lag behind it.
     */
    private boolean mayBeDamaged(SimPeer peer) {
        return !wiped
                && peer.isUp()
                && group.life().smallestElectorate() >= VOTERS_TO_LOSE_ONE
                && group.life().peers().stream()
                        .allMatch(each -> (each == peer || !each.disk().isDamaged())
                                && !(each.isUp() && each.configuration().hasWitnesses()));
    }

    /** A few entries that follow each other; most often the process ends too, and finds them when it starts again. */
    private void damage(SimPeer peer) {
        SimLog log = peer.disk().log();
        int entries = (int) (log.lastIndex() - log.base().index());
        if (entries == 0) {
            return;
        }
        damaged = true;
        long first = log.base().index() + 1 + random.nextInt(entries);
        long end = Math.min(log.lastIndex() + 1, first + 1 + random.nextInt(DAMAGED_MAX));
        for (long index = first; index < end; index++) {
            if (peer.disk().hasPayload(index)) {
                peer.disk().damage(index);
            }
        }
        if (random.nextInt(3) != 0) {
            environment.crash(peer.node());
        }
    }

    private boolean mayBeWiped(SimPeer peer) {
        boolean isQuiet = environment.schedule().nowNanos() > changedNanos + 2 * SimSettings.ELECTION_TIMEOUT_NANOS;
        return !wiped
                && !damaged
                && isQuiet
                && !group.life().isAbsent(peer)
                && environment.groups().stream()
                        .allMatch(each -> each.life().smallestElectorate() >= VOTERS_TO_LOSE_ONE);
    }

    private void wipe(SimPeer peer) {
        wiped = true;
        tally.count(Occurrence.STORE_WIPED);
        environment.wipe(peer.node());
    }
}
