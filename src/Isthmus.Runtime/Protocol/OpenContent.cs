using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;

namespace Isthmus.Runtime.Protocol;

/// <summary>
/// Reads content that may end early: until the body ends, all of it came, or the time is up. Time and memory are bounded whatever comes: memory grows with what
/// came, not with what was announced.
/// </summary>
internal static class OpenContent
{
    private const int FirstPiece = 16 * 1024;

    /// <summary>Reads.</summary>
    /// <param name="body">The body, behind everything else.</param>
    /// <param name="name">The tensor's name, for errors.</param>
    /// <param name="most">Bytes that may come.</param>
    /// <param name="open">How it may end.</param>
    /// <param name="longest">How long is waited at most, where too little came by then.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ProtocolException">More came than may, or too little.</exception>
    public static async ValueTask<(Tensor Content, Arrival Arrival)> ReadAsync(
        Stream body, string name, int most, OpenTensor open, Milliseconds longest, TimeProvider clock, CancellationToken cancellationToken)
    {
        long start = clock.GetTimestamp();
        Milliseconds last = Milliseconds.Zero;
        bool isCut = false;
        using PooledBufferWriter content = new(Math.Min(most + 1, FirstPiece));
        using Patience patience = new(clock, cancellationToken);
        patience.Set(open.Until < longest ? open.Until : longest);
        bool isLast = open.Until >= longest;
        while (true)
        {
            int read;
            try
            {
                // One more than may come, so that more is noticed.
                Memory<byte> into = content.GetMemory(1);
                read = await body.ReadAsync(into[..Math.Min(into.Length, most + 1 - content.Length)], patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                isCut = content.Length >= open.Least;
                if (isCut) break;
                if (isLast) throw TooLittle(name, content.Length, open, longest);
                patience.Set(longest - Milliseconds.Since(clock, start));
                isLast = true;
                continue;
            }

            if (read == 0) break;
            content.Advance(read);
            last = Milliseconds.Since(clock, start);
            if (content.Length > most)
                throw new ProtocolException(ProtocolError.TrailingBytes, $"More than the {most} bytes came that 'binary_data_size' announces for tensor '{name}'.");
            if (content.Length == most) break;
            isCut = last >= open.Until && content.Length >= open.Least;
            if (isCut) break;
        }

        if (content.Length < open.Least)
            throw new ProtocolException(ProtocolError.Truncated, $"Only {content.Length} bytes of tensor '{name}' came; it ended before the {open.Least} that are needed.");
        Tensor tensor = Tensor.Rent(ElementType.UInt8, new(content.Length));
        content.Written.CopyTo(tensor.Bytes);
        return (tensor, new(most, content.Length, last, isCut));
    }

    private static ProtocolException TooLittle(string name, int came, OpenTensor open, Milliseconds longest) => new(
        ProtocolError.TooLate,
        $"Only {came} of the {open.Least} bytes that are needed of tensor '{name}' came within {longest}; allow more time, or send less.");

    // A token that is cancelled after a while, again and again.
    private sealed class Patience(TimeProvider clock, CancellationToken cancellationToken) : IDisposable
    {
        private CancellationTokenSource? _timer;
        private CancellationTokenSource? _either;

        public CancellationToken Token => _either!.Token;

        public void Set(Milliseconds time)
        {
            Dispose();
            _timer = new(TimeSpan.FromMilliseconds(Math.Max(0, time.Value)), clock);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
        }

        public void Dispose()
        {
            _either?.Dispose();
            _timer?.Dispose();
        }
    }
}
