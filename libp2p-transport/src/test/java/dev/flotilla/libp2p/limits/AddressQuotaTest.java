package dev.flotilla.libp2p.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AddressQuotaTest {
    private static @Nullable ByteBuffer machine(String address) throws UnknownHostException {
        return AddressBlock.machine(InetAddress.getByName(address));
    }

    @Test
    void remembersNothingOfWhoHasLeft() throws UnknownHostException {
        AddressQuota quota = new AddressQuota(2);
        ByteBuffer one = machine("192.0.2.1");
        quota.enter(one);
        quota.enter(one);
        assertThat(quota.fits(one)).isFalse();
        assertThat(quota.fits(machine("192.0.2.2"))).isTrue();
        quota.leave(one);
        assertThat(quota.fits(one)).isTrue();
        quota.leave(one);
        quota.leave(one);
        assertThat(quota.size()).isZero();
    }

    @Test
    void oneMachineIsOneBlock() throws UnknownHostException {
        assertThat(machine("2001:db8::1")).isEqualTo(machine("2001:db8::ffff:1"));
        assertThat(machine("2001:db8::1")).isNotEqualTo(machine("2001:db8:0:1::1"));
        assertThat(machine("::ffff:192.0.2.1")).isEqualTo(machine("192.0.2.1"));
        assertThat(AddressBlock.subnet(InetAddress.getByName("2001:db8:0:1ff::1")))
                .isEqualTo(AddressBlock.subnet(InetAddress.getByName("2001:db8:0:100::1")));
        assertThat(AddressBlock.subnet(InetAddress.getByName("192.0.2.1"))).isNull();
    }

    @Test
    void loopbackIsNotCounted() throws UnknownHostException {
        assertThat(machine("127.0.0.1")).isNull();
        assertThat(machine("::1")).isNull();
        AddressQuota quota = new AddressQuota(1);
        quota.enter(null);
        quota.enter(null);
        assertThat(quota.fits(null)).isTrue();
    }
}
