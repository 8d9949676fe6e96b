package dev.flotilla.raft.core;

import dev.flotilla.transport.PeerId;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a peer asked the voters for, and how they answered. Only for looking at: votes are counted elsewhere.
 *
 * @param term it would lead in
 * @param preVote whether it only asked if it would be elected (thesis §9.6)
 * @param answers so far, its own vote among them once that counts
 */
public record Campaign(long term, boolean preVote, Map<PeerId, Answer> answers) {
    /** How a voter answered. */
    public enum Answer {
        GRANTED,
        /** It voted for another in this term, hears a leader, or has a longer log. */
        REFUSED,
        /** It is in a later term, which ended the campaign. */
        LATER_TERM
    }

    public Campaign {
        answers = Collections.unmodifiableMap(new TreeMap<>(answers));
    }

    static Campaign of(long term, boolean preVote) {
        return new Campaign(term, preVote, Map.of());
    }

    Campaign with(PeerId voter, Answer answer) {
        Map<PeerId, Answer> more = new TreeMap<>(answers);
        more.put(voter, answer);
        return new Campaign(term, preVote, more);
    }
}
