using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Isthmus.Node.Hosting;

/// <summary>
/// Lets HTTP/1.1 and HTTP/2 with prior knowledge (RFC 9113, section 3.3) share one cleartext port. Kestrel chooses the protocol
/// of a connection by what TLS negotiated, and without TLS takes HTTP/1.1. So this looks at a connection's first bytes, and
/// where they are HTTP/2's preface tells Kestrel what TLS would have told it.
/// </summary>
internal static class PrefaceSniffer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Passes a connection on once its protocol is known.</summary>
    public static async Task SniffAsync(ConnectionContext connection, ConnectionDelegate next, TimeProvider clock)
    {
        PipeReader input = connection.Transport.Input;
        bool? isHttp2 = null;
        using (CancellationTokenSource patience = new(Patience, clock))
        using (CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, connection.ConnectionClosed))
        {
            while (isHttp2 is null)
            {
                ReadResult result;
                try
                {
                    result = await input.ReadAsync(both.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
                {
                    return;
                }

                isHttp2 = IsPreface(result.Buffer);
                if (result.IsCompleted) isHttp2 ??= false;
                // Nothing is consumed; all is examined only where more is needed to tell.
                input.AdvanceTo(result.Buffer.Start, isHttp2 is null ? result.Buffer.End : result.Buffer.Start);
            }
        }

        if (isHttp2.Value)
        {
            connection.Features.Set<ITlsConnectionFeature>(new Negotiated());
            connection.Features.Set<ITlsApplicationProtocolFeature>(new Negotiated());
        }

        await next(connection);
    }

    // Null if there are too few bytes to tell.
    private static bool? IsPreface(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        int length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        if (!Preface.StartsWith(first[..length])) return false;
        return length == Preface.Length ? true : null;
    }

    private sealed class Negotiated : ITlsConnectionFeature, ITlsApplicationProtocolFeature
    {
        private static readonly byte[] Http2 = "h2"u8.ToArray();

        public X509Certificate2? ClientCertificate { get; set; }

        public ReadOnlyMemory<byte> ApplicationProtocol => Http2;

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
