using System.Net;
using System.Net.Http.Headers;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Protocol;

/// <summary>
/// The body of an inference request as HTTP content: the JSON part, then the binary tensors straight from their own memory. Does
/// not own the request, which must live until the content was sent; may be sent more than once. Under a <see cref="BodyPace"/> the last
/// tensor is written piece by piece, and no longer than its time.
/// </summary>
public sealed class InferContent : HttpContent
{
    private readonly InferRequest _request;
    private readonly BodyPace? _pace;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stop = new();
    private readonly PooledBufferWriter _json = new();
    private readonly long _length;
    private TaskCompletionSource? _writing;
    private int _written;
    private Milliseconds _took;

    /// <summary>Creates the content and its headers.</summary>
    /// <param name="request">The request.</param>
    /// <param name="pace">How its last tensor is written; null for as fast as it goes, and all of it.</param>
    /// <param name="clock">The clock of the pace; null for the system's.</param>
    public InferContent(InferRequest request, BodyPace? pace = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        _request = request;
        _pace = pace;
        _clock = clock ?? TimeProvider.System;
        InferWriter.WriteJson(request, _json);
        long binary = InferWriter.BinaryLength(request.Inputs);
        _length = _json.Length + binary;
        if (binary > 0 || request.Inputs.Any(i => i.IsBinary))
        {
            Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            Headers.Add(ProtocolNames.HeaderLength, _json.Length.ToString());
        }
        else
        {
            Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }
    }

    /// <summary>Bytes of the whole body; under a pace, the most that it may have.</summary>
    public long Length => _length;

    /// <summary>Bytes of the JSON part.</summary>
    internal int JsonLength => _json.Length;

    /// <summary>What was written so far of the last tensor; null without a pace.</summary>
    internal PacedTransfer? Paced => _pace is null ? null : new(new(_written), new(_request.Inputs[^1].Content.Bytes.Length), _took);

    /// <summary>Writes no more, and waits until nothing reads the request's memory any longer. For content under a pace, whose answer may come before its end.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        if (_writing is { } writing) await writing.Task;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_pace is not null)
        {
            TaskCompletionSource writing = _writing = new(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
            try
            {
                await WritePacedAsync(stream, _pace, either.Token);
            }
            finally
            {
                writing.SetResult();
            }

            return;
        }

        await stream.WriteAsync(_json.Written, cancellationToken);
        foreach (InferTensor input in _request.Inputs)
        {
            if (input.IsBinary) await stream.WriteAsync(input.Content.Bytes, cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _pace is null ? _length : 0;
        return _pace is null;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _json.Dispose();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task WritePacedAsync(Stream stream, BodyPace pace, CancellationToken cancellationToken)
    {
        long start = _clock.GetTimestamp();
        (_written, _took) = (0, Milliseconds.Zero);
        await stream.WriteAsync(_json.Written, cancellationToken);
        for (int i = 0; i < _request.Inputs.Length - 1; i++)
        {
            if (_request.Inputs[i].IsBinary) await stream.WriteAsync(_request.Inputs[i].Content.Bytes, cancellationToken);
        }

        ReadOnlyMemory<byte> content = _request.Inputs[^1].Content.Bytes;
        long before = _length - content.Length;
        while (_written < content.Length)
        {
            int end = pace.EndOfPiece(_written, content.Length);
            bool mayEnd = _written >= pace.Least;
            if (mayEnd && pace.LeftAfter(before + end) > pace.Until) break;
            // By the schedule, not by the piece before: a timer's error is made up for.
            double early = (pace.LeftAfter(before + _written) - Milliseconds.Since(_clock, start)).Value;
            if (early >= 1)
            {
                // What was written must leave now.
                await stream.FlushAsync(cancellationToken);
                await Task.Delay(TimeSpan.FromMilliseconds(early), _clock, cancellationToken);
            }

            Milliseconds now = Milliseconds.Since(_clock, start);
            if (mayEnd && now > pace.Until) break;
            // When this piece will have left at the pace, without what went before the content.
            Milliseconds left = now + pace.LeftAfter(before + end) - pace.LeftAfter(before + _written) - pace.LeftAfter(before);
            _took = new(Math.Max(0, left.Value));
            await stream.WriteAsync(content[_written..end], cancellationToken);
            _written = end;
        }

        await stream.FlushAsync(cancellationToken);
    }
}
