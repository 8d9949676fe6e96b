package dev.flotilla.libp2p.autonat;

import dev.flotilla.libp2p.Host;
import dev.flotilla.libp2p.HostService;
import dev.flotilla.libp2p.Stream;
import dev.flotilla.libp2p.autonat.AutonatCounters.Event;
import dev.flotilla.libp2p.autonat.pb.DialResponse;
import dev.flotilla.libp2p.autonat.pb.DialResponse.ResponseStatus;
import dev.flotilla.libp2p.delimited.DelimitedMessages;
import dev.flotilla.transport.PeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dials peers back that want to know whether they can be reached (libp2p spec, autonat-v2, server). For one host, which
 * is never the one that dials.
 */
public final class AutonatService implements HostService {
    private static final Logger LOG = LoggerFactory.getLogger(AutonatService.class);

    private final AutonatConfig config;
    private final AutonatCounters counters = new AutonatCounters();
    private final RequestRates rates;
    private final DialBackAddresses addresses;
    private final DialBackAttempt dialBack;

    /**
     * @param dialer makes the connections: a host of another identity that listens nowhere, has the transports to test, and
     *     is used for nothing else. Who makes it closes it, after the host that is asked. In a private network it has the
     *     same key
     */
    public AutonatService(AutonatConfig config, Host dialer) {
        this.config = config;
        this.rates = new RequestRates(config, System::nanoTime);
        this.addresses = new DialBackAddresses(config.privateAllowed(), dialer::canDial, DialBackAddresses::hasRoute);
        this.dialBack = new DialBackAttempt(dialer, config.dialBackTimeout());
    }

    public AutonatCounters counters() {
        return counters;
    }

    @Override
    public void attach(Host host) {
        host.handle(AutonatMessages.DIAL_REQUEST, this::onStream);
    }

    private void onStream(Stream stream) {
        PeerId peer = stream.remotePeerId();
        if (stream.connection().isRelayed() || !rates.enter(peer)) {
            counters.count(Event.REQUEST_REJECTED);
            answer(stream, AutonatMessages.status(ResponseStatus.E_REQUEST_REJECTED));
            return;
        }
        new DialRequestSession(stream, config.requestTimeout(), addresses, dialBack, rates, counters)
                .run()
                .whenComplete((response, failure) -> {
                    rates.leave(peer); // before the answer, behind which the next request may come
                    if (failure == null) {
                        answer(stream, response);
                    } else {
                        fail(stream, failure);
                    }
                });
    }

    private static void answer(Stream stream, DialResponse response) {
        LOG.debug("autonat for peer={}: {} {}", stream.remotePeerId(), response.getStatus(), response.getDialStatus());
        DelimitedMessages.write(stream, AutonatMessages.message(response));
        stream.close();
    }

    private void fail(Stream stream, Throwable failure) {
        counters.count(Event.REQUEST_FAILED);
        LOG.debug("autonat for peer={} failed: {}", stream.remotePeerId(), AutonatMessages.inWords(failure));
        stream.reset();
    }
}
