package dev.flotilla.libp2p.yamux;

import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The options of a stream: the common ones, and {@link ChannelOption#ALLOW_HALF_CLOSURE}, on unless set otherwise. */
final class YamuxStreamConfig extends DefaultChannelConfig {
    private final StreamChannel stream;
    private volatile boolean allowHalfClosure = true;

    YamuxStreamConfig(StreamChannel stream) {
        super(stream);
        this.stream = stream;
    }

    boolean allowHalfClosure() {
        return allowHalfClosure;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(super.getOptions(), ChannelOption.ALLOW_HALF_CLOSURE);
    }

    @Override
    @SuppressWarnings("unchecked") // the option's type is T by the check before
    public <T> @Nullable T getOption(ChannelOption<T> option) {
        return option.equals(ChannelOption.ALLOW_HALF_CLOSURE)
                ? (T) Boolean.valueOf(allowHalfClosure)
                : super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        if (option.equals(ChannelOption.ALLOW_HALF_CLOSURE)) {
            validate(option, value);
            allowHalfClosure = (Boolean) value;
            return true;
        }
        return super.setOption(option, value);
    }

    @Override
    protected void autoReadCleared() {
        stream.autoReadCleared();
    }
}
