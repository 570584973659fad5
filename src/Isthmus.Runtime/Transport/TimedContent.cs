using System.Net;

namespace Isthmus.Runtime.Transport;

/// <summary>Passes another content through and notes when its last byte was written. Does not own it.</summary>
internal sealed class TimedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly long? _length;
    private readonly TimeProvider _clock;

    public TimedContent(HttpContent inner, long? length, TimeProvider clock)
    {
        _inner = inner;
        _length = length;
        _clock = clock;
        foreach (KeyValuePair<string, IEnumerable<string>> header in inner.Headers) Headers.TryAddWithoutValidation(header.Key, header.Value);
    }

    /// <summary>The clock's timestamp when the last byte was written; 0 before.</summary>
    public long Written { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await _inner.CopyToAsync(stream, context, cancellationToken);
        Written = _clock.GetTimestamp();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length ?? 0;
        return _length is not null;
    }
}
