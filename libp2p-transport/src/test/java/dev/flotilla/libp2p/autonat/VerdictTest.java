package dev.flotilla.libp2p.autonat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.flotilla.libp2p.Multiaddr;
import dev.flotilla.libp2p.autonat.pb.DialResponse;
import dev.flotilla.libp2p.autonat.pb.DialResponse.ResponseStatus;
import dev.flotilla.libp2p.autonat.pb.DialStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final Multiaddr PUBLIC = Multiaddr.parse("/ip4/1.2.3.4/tcp/4001");
    private static final Multiaddr BEHIND_NAT = Multiaddr.parse("/ip4/10.0.0.7/tcp/9");

    private static ProbeResult judge(int paidIndex, @Nullable Multiaddr arrivedAt, DialResponse response) {
        return new Verdict(List.of(PUBLIC, Multiaddr.parse("/ip6/2600::1/tcp/4001")), paidIndex, arrivedAt)
                .of(response);
    }

    private static Reachability judge(@Nullable Multiaddr arrivedAt, DialStatus status) {
        return judge(Verdict.NOTHING_PAID, arrivedAt, response(0, status)).reachability();
    }

    private static DialResponse response(int index, DialStatus status) {
        return DialResponse.newBuilder()
                .setStatus(ResponseStatus.OK)
                .setAddrIdx(index)
                .setDialStatus(status)
                .build();
    }

    @Test
    void onlyTheNonceMakesAnAddressReachable() {
        assertThat(judge(BEHIND_NAT, DialStatus.OK)).isEqualTo(Reachability.REACHABLE);
        assertThat(judge(BEHIND_NAT, DialStatus.E_DIAL_BACK_ERROR))
                .as("it came, though the server did not learn of that")
                .isEqualTo(Reachability.REACHABLE);
        assertThat(judge(null, DialStatus.OK)).isEqualTo(Reachability.UNKNOWN);
        assertThat(judge(null, DialStatus.E_DIAL_BACK_ERROR)).isEqualTo(Reachability.UNKNOWN);
    }

    @Test
    void aDialThatFailedMakesAnAddressUnreachableUnlessTheNonceCame() {
        assertThat(judge(null, DialStatus.E_DIAL_ERROR)).isEqualTo(Reachability.UNREACHABLE);
        assertThat(judge(BEHIND_NAT, DialStatus.E_DIAL_ERROR)).isEqualTo(Reachability.UNKNOWN);
    }

    @Test
    void statusesThatSayNothingAreNotInterpreted() {
        assertThat(judge(BEHIND_NAT, DialStatus.UNUSED)).isEqualTo(Reachability.UNKNOWN);
        DialResponse strange =
                response(0, DialStatus.OK).toBuilder().setDialStatusValue(7).build();
        assertThat(judge(Verdict.NOTHING_PAID, BEHIND_NAT, strange).reason()).contains("status 7");
        for (int status : new int[] {0, 100, 101, 7}) {
            DialResponse refusal = response(0, DialStatus.OK).toBuilder()
                    .setStatusValue(status)
                    .build();
            ProbeResult result = judge(Verdict.NOTHING_PAID, BEHIND_NAT, refusal);
            assertThat(result.reachability()).isEqualTo(Reachability.UNKNOWN);
            assertThat(result.address()).isNull();
        }
    }

    @Test
    void anAddressThatWasNotAskedAboutOrPaidForIsNone() {
        for (int index : new int[] {2, -1, Integer.MAX_VALUE}) {
            assertThat(judge(Verdict.NOTHING_PAID, BEHIND_NAT, response(index, DialStatus.OK)))
                    .matches(result -> result.address() == null && result.reachability() == Reachability.UNKNOWN);
        }
        assertThat(judge(1, BEHIND_NAT, response(0, DialStatus.OK)).reachability())
                .isEqualTo(Reachability.UNKNOWN);
    }

    @Test
    void theDialBackArrivesByTheTransportThatWasAskedAbout() {
        Multiaddr quic = Multiaddr.parse("/ip4/10.0.0.7/udp/9/quic-v1");
        assertThat(Verdict.isConsistent(PUBLIC, BEHIND_NAT)).isTrue();
        assertThat(Verdict.isConsistent(PUBLIC, quic)).isFalse();
        assertThat(Verdict.isConsistent(PUBLIC, Multiaddr.parse("/ip4/10.0.0.7/tcp/9/ws")))
                .isFalse();
        assertThat(Verdict.isConsistent(PUBLIC, Multiaddr.parse("/ip6/fe80::1/tcp/4001")))
                .isFalse();
    }

    @Test
    void nobodyTranslatesAnAddressOfThisMachine() {
        Multiaddr own = Multiaddr.parse("/ip4/127.0.0.1/tcp/4001");
        assertThat(Verdict.isConsistent(own, own)).isTrue();
        assertThat(Verdict.isConsistent(own, Multiaddr.parse("/ip4/0.0.0.0/tcp/4001")))
                .isTrue();
        assertThat(Verdict.isConsistent(own, Multiaddr.parse("/ip4/127.0.0.1/tcp/4002")))
                .isFalse();
        assertThat(Verdict.isConsistent(own, BEHIND_NAT)).isFalse();
    }
}
