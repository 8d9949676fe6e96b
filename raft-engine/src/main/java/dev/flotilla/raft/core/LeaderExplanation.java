package dev.flotilla.raft.core;

import dev.flotilla.raft.core.Explanation.Block;
import dev.flotilla.raft.core.Explanation.Part;
import dev.flotilla.raft.core.Explanation.Subject;
import dev.flotilla.raft.message.Member;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a leader waits for: it knows how far each member is. */
final class LeaderExplanation {
    private final CoreStatus status;
    private final CoreDetails details;
    private final CoreDetails.Office office;
    private final PeerWords words;
    private final List<Block> blocks = new ArrayList<>();

    LeaderExplanation(CoreStatus status, CoreDetails details, CoreDetails.Office office, PeerWords words) {
        this.status = status;
        this.details = details;
        this.office = office;
        this.words = words;
    }

    List<Block> blocks() {
        commit();
        applying(blocks, status);
        membership();
        status.members().forEach(this::promotion);
        transfer();
        status.members().forEach(this::snapshot);
        absent();
        return blocks;
    }

    private void add(Subject subject, String summary, List<Part> parts) {
        blocks.add(new Block(subject, summary, parts));
    }

    /** How far {@code member} is; this peer counts what is durable. */
    private long matchIndex(MemberStatus member) {
        return isSelf(member) ? status.durableIndex() : member.matchIndex();
    }

    private boolean isSelf(MemberStatus member) {
        return member.member().peerId().equals(details.self());
    }

    private long lastIndex() {
        return status.lastEntry().index();
    }

    // ---- commit ----

    private void commit() {
        if (status.commitIndex() >= lastIndex()) {
            return;
        }
        List<Part> parts = new ArrayList<>();
        for (MemberStatus member : status.members()) {
            if (words.decides(member)) {
                parts.add(new Part(member.member().peerId(), progress(member)));
            }
        }
        boolean isNew = status.commitIndex() < office.firstIndex();
        add(
                Subject.COMMIT,
                "commit stands at " + PeerWords.number(status.commitIndex()) + " of " + PeerWords.number(lastIndex())
                        + ": needs " + words.majority()
                        + (isNew
                                ? ", all the way to entry " + PeerWords.number(office.firstIndex())
                                        + ", the first of term " + status.term()
                                : "")
                        + (waitsForVoters()
                                ? "; a witness counts only for what the voters have that may answer yet"
                                : ""),
                parts);
    }

    /** Whether a majority has more than is committed, but witnesses among it that do not count for that yet. */
    private boolean waitsForVoters() {
        long agreed = Quorum.agreed(status.configuration(), this::matchIndex);
        return agreed > status.commitIndex() && agreed >= office.firstIndex();
    }

    private long matchIndex(Member member) {
        return find(member).map(this::matchIndex).orElse(0L);
    }

    /** A member of either list, as this leader sees it. */
    private Optional<MemberStatus> find(Member member) {
        return status.members().stream()
                .filter(each -> each.member().peerId().equals(member.peerId())
                        && each.member().storeId().equals(member.storeId()))
                .findFirst();
    }

    private String progress(MemberStatus member) {
        String has = "has " + PeerWords.number(matchIndex(member));
        if (isSelf(member)) {
            return "(this peer) " + has + (status.durableIndex() < lastIndex() ? " on its disk" : "");
        }
        long inFlight = office.inFlightBytes().getOrDefault(member.member().peerId(), 0L);
        String sent = inFlight > 0 ? ", " + PeerWords.number(inFlight) + " bytes more sent" : "";
        return has + sent + words.contact(member);
    }

    /** What is committed waits for this peer's own disk, then for its state machine. */
    static void applying(List<Block> blocks, CoreStatus status) {
        long waiting = status.commitIndex() - status.lastApplied();
        if (waiting <= 0) {
            return;
        }
        boolean isDisk = status.durableIndex() < status.commitIndex();
        blocks.add(new Block(
                Subject.APPLY,
                PeerWords.number(waiting) + " committed entries are not in the state yet: the "
                        + (isDisk
                                ? "disk of this peer has " + PeerWords.number(status.durableIndex())
                                : "state machine of this peer has " + PeerWords.number(status.lastApplied()))
                        + " of " + PeerWords.number(status.commitIndex()),
                List.of()));
    }

    // ---- members ----

    private void membership() {
        long index = status.configurationId().index();
        if (!status.configurationCommitted()) {
            List<Part> parts = new ArrayList<>();
            for (MemberStatus member : status.members()) {
                if (words.decides(member) && matchIndex(member) < index) {
                    parts.add(new Part(member.member().peerId(), progress(member)));
                }
            }
            add(
                    Subject.MEMBERSHIP,
                    "a change of the members waits until entry " + PeerWords.number(index) + " is committed by "
                            + words.majority(),
                    parts);
        } else if (status.configuration().isJoint()) {
            add(
                    Subject.MEMBERSHIP,
                    "a change of the members is agreed on; it is over once this leader has committed an entry of its"
                            + " term",
                    List.of());
        }
    }

    private void promotion(MemberStatus seen) {
        Member member = seen.member();
        if (!member.promotable()) {
            return;
        }
        PeerId peer = member.peerId();
        String refusal = office.promotionRefusals().get(peer);
        add(
                Subject.PROMOTION,
                "a " + (member.isWitness() ? "witness" : "learner") + " waits to vote",
                List.of(new Part(peer, refusal != null ? "has caught up, but " + refusal : lag(seen))));
    }

    private String lag(MemberStatus member) {
        long behind = lastIndex() - matchIndex(member);
        if (!words.isHeard(member)) {
            return "is not heard" + words.contact(member);
        }
        if (office.snapshotIndexes().containsKey(member.member().peerId())) {
            return "is being sent a snapshot";
        }
        if (behind > office.promotionLagEntries()) {
            return "is " + PeerWords.number(behind) + " entries behind, must be within "
                    + PeerWords.number(office.promotionLagEntries()) + words.contact(member);
        }
        if (matchIndex(member) < office.firstIndex()) {
            return "has " + PeerWords.number(matchIndex(member)) + ", must have entry "
                    + PeerWords.number(office.firstIndex()) + ", the first of term " + status.term();
        }
        return "is about to be let" + words.contact(member);
    }

    private void transfer() {
        PeerId target = office.transferTarget();
        if (target == null) {
            return;
        }
        for (MemberStatus member : status.members()) {
            if (member.member().peerId().equals(target)) {
                String what = office.transferTold()
                        ? "was told to stand" + words.contact(member)
                        : "must have " + PeerWords.number(lastIndex()) + " first, " + progress(member);
                add(
                        Subject.TRANSFER,
                        "leadership is being handed over; proposals are refused meanwhile",
                        List.of(new Part(target, what)));
            }
        }
    }

    private void snapshot(MemberStatus member) {
        Long index = office.snapshotIndexes().get(member.member().peerId());
        if (index != null) {
            add(
                    Subject.SNAPSHOT,
                    "a snapshot is on its way",
                    List.of(new Part(
                            member.member().peerId(),
                            "has " + PeerWords.number(member.matchIndex()) + ", takes the state of entry "
                                    + PeerWords.number(index) + words.contact(member))));
        }
    }

    private void absent() {
        List<Part> absent = new ArrayList<>();
        for (MemberStatus member : status.members()) {
            if (!words.isHeard(member)) {
                absent.add(new Part(member.member().peerId(), "does not answer" + words.contact(member)));
            }
        }
        if (!absent.isEmpty()) {
            boolean isEnough = Quorum.reached(status.configuration(), this::isHeard);
            add(
                    Subject.CONTACT,
                    isEnough
                            ? "the others are enough to decide"
                            : "this leader does not hear its majority and will step down",
                    absent);
        }
    }

    private boolean isHeard(Member member) {
        return find(member).filter(words::isHeard).isPresent();
    }
}
