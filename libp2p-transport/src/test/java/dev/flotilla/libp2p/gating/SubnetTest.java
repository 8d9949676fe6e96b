package dev.flotilla.libp2p.gating;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.1.2, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "10.0.0.0/8, ::ffff:10.1.2.3, true",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::1, ::1, true",
        "::/0, 10.0.0.1, false",
    })
    void holdsWhatSharesItsPrefix(String subnet, String address, boolean contained) throws UnknownHostException {
        assertThat(Subnet.parse(subnet).contains(InetAddress.getByName(address)))
                .isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/8", "10.0.0/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "localhost", "a/b/c"})
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Subnet.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesTheSubnetThatWasMeant() {
        assertThatThrownBy(() -> Subnet.parse("10.1.2.3/8"))
                .hasMessage("not a subnet: 10.1.2.3/8 has bits behind its prefix; the subnet that it lies in is"
                        + " 10.0.0.0/8");
        assertThat(Subnet.parse("10.0.0.0/8")).hasToString("10.0.0.0/8");
    }
}
