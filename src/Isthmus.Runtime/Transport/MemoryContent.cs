using System.Net;
using System.Net.Http.Headers;
using Isthmus.Core.Progress;

namespace Isthmus.Runtime.Transport;

/// <summary>Bytes in memory as HTTP content, written piece by piece with progress; repeated as often as a given length asks for.</summary>
internal sealed class MemoryContent : HttpContent
{
    private const int Piece = 256 * 1024;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly long _length;
    private readonly string _step;
    private readonly IProgress<ProgressReport>? _progress;

    /// <summary>Creates the content.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="length">How many are sent: the bytes are repeated if it is more of them.</param>
    /// <param name="mediaType">What they are.</param>
    /// <param name="step">What the progress calls it.</param>
    /// <param name="progress">Told after every piece.</param>
    public MemoryContent(ReadOnlyMemory<byte> bytes, long length, string mediaType, string step = "", IProgress<ProgressReport>? progress = null)
    {
        _bytes = bytes;
        _length = length;
        _step = step;
        _progress = progress;
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        long sent = 0;
        while (sent < _length)
        {
            int at = (int)(sent % _bytes.Length);
            int count = (int)Math.Min(Math.Min(Piece, _bytes.Length - at), _length - sent);
            await stream.WriteAsync(_bytes.Slice(at, count), cancellationToken);
            sent += count;
            _progress?.Report(new(_step, (double)sent / _length));
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }
}
