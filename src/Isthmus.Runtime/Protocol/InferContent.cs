using System.Net;
using System.Net.Http.Headers;

namespace Isthmus.Runtime.Protocol;

/// <summary>
/// The body of an inference request as HTTP content: the JSON part, then the binary tensors straight from their own memory. Does
/// not own the request, which must live until the content was sent; may be sent more than once.
/// </summary>
public sealed class InferContent : HttpContent
{
    private readonly InferRequest _request;
    private readonly PooledBufferWriter _json = new();
    private readonly long _length;

    /// <summary>Creates the content and its headers.</summary>
    public InferContent(InferRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        _request = request;
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

    /// <summary>Bytes of the whole body.</summary>
    public long Length => _length;

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_json.Written, cancellationToken);
        foreach (InferTensor input in _request.Inputs)
        {
            if (input.IsBinary) await stream.WriteAsync(input.Content.Bytes, cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _json.Dispose();
        base.Dispose(disposing);
    }
}
