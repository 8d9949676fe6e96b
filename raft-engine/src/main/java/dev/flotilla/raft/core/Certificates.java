package dev.flotilla.raft.core;

import dev.flotilla.raft.message.Certificate;
import dev.flotilla.raft.message.Configuration;
import dev.flotilla.raft.message.EntryId;
import dev.flotilla.raft.message.GenesisId;
import dev.flotilla.raft.message.Member;
import dev.flotilla.raft.message.RaftMessage.CertificateIssued;
import dev.flotilla.raft.message.RaftMessage.CertificateRequest;
import dev.flotilla.raft.message.RemovalNotice;
import dev.flotilla.raft.message.StoreId;
import dev.flotilla.transport.Bytes;
import dev.flotilla.transport.PeerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * This peer's own certificates, and what it signs for others and believes of them.
 *
 * <p>A chain is of use if it convinces whoever lags, however far. So not everybody issues: a <b>root</b> does, and who was
 * vouched for itself. A root is a member by a configuration that every other member has in its log too: by the first entry,
 * with which the logs of all founders begin, or by a later one that the leader knows to be durable on each. Nobody vouches
 * for somebody whom it does not know to be, with itself, a member by a committed configuration.
 *
 * <p>Then every chain convinces. Let P0 be the root that it goes back to, P1 whom P0 vouched for, and so on to Pk, whose
 * chain it is; and let a member have its log up to a configuration C that does not name Pk, who came later. P0 had come by
 * C, since everybody's log had got to a configuration with P0 in it before P0 vouched for anybody. So there is a last one of
 * the chain, Pj, that had come by C, and Pj+1 came after C. Pj vouched for Pj+1 by a configuration in which both are, which is
 * later than C therefore. Who comes back does so with another store id, and without a chain; so Pj, which had come by C and was
 * a member after it, was one at C: the member knows Pj, whose word is in the chain.
 *
 * <p>Without that rule two newcomers could vouch for each other, and a member that was away when both came could follow
 * neither. Founders may vouch for each other, as they do: either is a root. There is always somebody to ask in the end: once
 * all members have caught up, the leader is a root if it is nothing else.
 */
final class Certificates {
    private static final int DOUBLINGS_MAX = 6;
    private static final long FIRST_INDEX = 1;

    private final Group group;
    // This peer's own first; empty if it has none. A root that nobody vouched for yet has one of
    // itself, unsigned: a note that outlasts the log, and is shown to nobody.
    private List<Certificate> chain;
    private long askedNanos; // when it was asked last
    private int asks; // how often

    Certificates(Group group, List<Certificate> chain) {
        this.group = group;
        this.chain = chain;
        share();
    }

    /** Shares with the configuration in force, which is known or another object now, what is equal in it. */
    void share() {
        chain = List.copyOf(chain.stream().map(this::shared).toList());
    }

    /** What proves this peer's membership to those that lag; empty if nobody vouched for it yet. */
    List<Certificate> chain() {
        return isVouchedFor() ? chain : List.of();
    }

    private boolean isVouchedFor() {
        return !chain.isEmpty() && !chain.get(0).issuer().equals(group.self);
    }

    /** Whether this peer has what proves its membership to those that lag, or needs it for nobody. */
    boolean isKnownToAll() {
        return isVouchedFor() || group.configuration().members().size() == 1;
    }

    // ---- who may issue ----

    /** A founder takes note that it is one as soon as another configuration follows, with which the first may be compacted. */
    void afterStep() {
        if (chain.isEmpty() && group.log.configured().id().index() > FIRST_INDEX && isFounder()) {
            becomeRoot(founding());
        }
    }

    /** Whether this peer could become a root yet: see {@link #onKnownToAll}. */
    boolean isWithoutChain() {
        return chain.isEmpty();
    }

    /** This leader knows that {@code configured}, which is committed, is durable on every member. */
    void onKnownToAll(RaftLog.Configured configured) {
        if (chain.isEmpty() && configured.configuration().contains(group.self, group.storeId)) {
            becomeRoot(configured);
        }
    }

    private RaftLog.Configured founding() {
        return group.log.configuredAt(FIRST_INDEX);
    }

    private boolean isFounder() {
        RaftLog.Configured founding = founding();
        return founding.id().index() == FIRST_INDEX && founding.configuration().contains(group.self, group.storeId);
    }

    private void becomeRoot(RaftLog.Configured configured) {
        chain = List.of(
                new Certificate(group.genesis, group.self, group.storeId, configured.id(), group.self, Bytes.EMPTY));
        share();
        group.emit(new Effect.SaveCertificates(chain));
    }

    private boolean mayIssueFor(PeerId subject, StoreId storeId) {
        Configuration committed = group.committedConfiguration().configuration();
        return (!chain.isEmpty() || isFounder())
                && chain().size() < Certificate.CHAIN_MAX
                && committed.contains(group.self, group.storeId)
                && committed.contains(subject, storeId);
    }

    // ---- asking and issuing ----

    /**
     * A member whose committed configuration names it asks for a certificate until it has one: its leader, or, if it came
     * to lead without one, a member that follows it. Else a member that lags could not be convinced of this leader.
     */
    void ask(PeerId member) {
        RaftLog.Configured committed = group.committedConfiguration();
        if (!isVouchedFor() && !wasAskedLately() && committed.configuration().contains(group.self, group.storeId)) {
            askedNanos = group.nowNanos;
            asks++;
            group.send(member, new CertificateRequest());
        }
    }

    /**
     * Waits twice as long each time: signatures take time, and members that answer late, as those of many groups that
     * begin at once do, would be made later still by being asked again.
     */
    private boolean wasAskedLately() {
        long patienceNanos = group.config.electionTimeoutNanos() << Math.min(Math.max(0, asks - 1), DOUBLINGS_MAX);
        return asks > 0 && group.nowNanos - askedNanos < patienceNanos;
    }

    /**
     * A candidate that was removed learns so from the answer to its campaign. Who never campaigns would wait for a leader
     * for ever if it missed the notice: so it asks one member for a certificate, whom it needs not have. A newcomer asks by
     * its ticket.
     */
    void askWhetherStillMember() {
        List<PeerId> others = group.configuration().all().stream()
                .map(Member::peerId)
                .filter(peer -> !peer.equals(group.self))
                .toList();
        if (group.configuration().contains(group.self, group.storeId) && !others.isEmpty()) {
            PeerId asked = others.get(group.random.nextInt(others.size()));
            group.send(asked, new CertificateRequest());
        }
    }

    void onRequest(PeerId from, StoreId storeId) {
        if (mayIssueFor(from, storeId)) {
            EntryId committed = group.committedConfiguration().id();
            group.emit(new Effect.SignCertificate(
                    new Certificate(group.genesis, from, storeId, committed, group.self, Bytes.EMPTY)));
        }
    }

    /** Signatures take long, so that the peer may have been removed meanwhile. */
    void onSigned(Certificate signed) {
        if (mayIssueFor(signed.subject(), signed.storeId())) {
            List<Certificate> issued = new ArrayList<>();
            issued.add(signed);
            issued.addAll(chain());
            group.send(signed.subject(), new CertificateIssued(issued));
        }
    }

    void onIssued(PeerId from, CertificateIssued message) {
        List<Certificate> proof = proof(message.chain(), group.self, group.storeId, from::equals);
        if (!isVouchedFor() && !proof.isEmpty()) {
            group.emit(new Effect.VerifyCertificates(proof, message.chain()));
        }
    }

    /** That chain was issued to this peer by one that was allowed to speak, who signed it. */
    void onVerified(List<Certificate> issued) {
        if (!isVouchedFor()) {
            chain = issued;
            share();
            group.emit(new Effect.SaveCertificates(chain));
        }
    }

    /** An equal certificate that shares what is known here already. */
    private Certificate shared(Certificate certificate) {
        PeerId subject = certificate.subject().equals(group.self) ? group.self : certificate.subject();
        PeerId issuer = group.configuration()
                .member(certificate.issuer())
                .map(Member::peerId)
                .orElse(certificate.issuer());
        StoreId storeId = certificate.storeId().equals(group.storeId) ? group.storeId : certificate.storeId();
        EntryId inForce = group.log.configured().id();
        EntryId configurationId =
                certificate.configurationId().equals(inForce) ? inForce : certificate.configurationId();
        GenesisId genesis = certificate.genesis().equals(group.genesis) ? group.genesis : certificate.genesis();
        return new Certificate(genesis, subject, storeId, configurationId, issuer, certificate.signature());
    }

    /**
     * Whether {@code shown} proves that {@code subject} is a member. Who is none can have forged all but the word of the
     * one that is known: that is looked at first, so that it costs one signature to find out.
     */
    boolean isChain(List<Certificate> shown, PeerId subject, StoreId storeId, Predicate<PeerId> known) {
        List<Certificate> proof = new ArrayList<>(proof(shown, subject, storeId, known));
        Collections.reverse(proof);
        return !proof.isEmpty() && proof.stream().allMatch(each -> each.isSigned(group.credentials));
    }

    /**
     * The beginning of {@code shown} in which each issuer is the next one's subject, the first subject is {@code subject},
     * and the last issuer is {@code known}; empty if there is none. The signatures are not looked at.
     */
    private List<Certificate> proof(List<Certificate> shown, PeerId subject, StoreId storeId, Predicate<PeerId> known) {
        if (shown.isEmpty()
                || shown.size() > Certificate.CHAIN_MAX
                || !shown.get(0).storeId().equals(storeId)) {
            return List.of();
        }
        PeerId expected = subject;
        for (int i = 0; i < shown.size(); i++) {
            Certificate certificate = shown.get(i);
            if (!certificate.subject().equals(expected)
                    || !certificate.genesis().equals(group.genesis)) {
                return List.of();
            }
            if (known.test(certificate.issuer())) {
                return shown.subList(0, i + 1);
            }
            expected = certificate.issuer();
        }
        return List.of();
    }

    /** This peer's word that {@code subject} is no member any longer. */
    RemovalNotice removalNotice(PeerId subject, StoreId storeId) {
        EntryId committed = group.committedConfiguration().id();
        RemovalNotice unsigned = new RemovalNotice(group.genesis, subject, storeId, committed, group.self, Bytes.EMPTY);
        return new RemovalNotice(
                group.genesis, subject, storeId, committed, group.self, group.credentials.sign(unsigned.signedBytes()));
    }

    /** Whether {@code notice} says, in a known member's signed word, that this peer was removed after all it knows. */
    boolean isBelievable(RemovalNotice notice, Predicate<PeerId> known) {
        Configuration committed = group.committedConfiguration().configuration();
        boolean concernsThisPeer = notice.subject().equals(group.self)
                && notice.storeId().equals(group.storeId)
                && notice.genesis().equals(group.genesis);
        boolean isNews = notice.configurationId()
                        .compareTo(group.committedConfiguration().id())
                > 0;
        return concernsThisPeer
                && (isNews || !committed.contains(group.self, group.storeId))
                && known.test(notice.issuer())
                && group.credentials.verify(notice.issuer(), notice.signedBytes(), notice.signature());
    }
}
