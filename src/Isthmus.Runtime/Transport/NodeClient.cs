using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Json;
using Isthmus.Core.Progress;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Protocol;
using Polly;
using Polly.Retry;

namespace Isthmus.Runtime.Transport;

/// <summary>
/// The client of one node: the Open Inference Protocol v2 with what Isthmus adds, over HTTP/2 (on http:// with prior knowledge,
/// as RFC 9113, section 3.3, says). Keeps one connection open, with windows fit for long fast links. Thread-safe.
/// </summary>
/// <remarks>
/// Only a connection that was never made is tried again. A request that left is not repeated here, because it may have been
/// executed; its caller decides, and takes exactly one answer.
/// </remarks>
public sealed class NodeClient : IDisposable
{
    private const int PatternLength = 64 * 1024;
    private static readonly byte[] Pattern = MakePattern();

    private readonly NodeClientOptions _options;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _connecting;
    private readonly Dictionary<ModelHash, string> _shipped = [];
    private readonly HashSet<string> _shippedTables = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _shipping = new(1, 1);

    /// <summary>Creates the client; it connects with its first request.</summary>
    /// <param name="url">The node's address, http:// or https://, without a path.</param>
    /// <param name="options">Timeouts, windows; null for the defaults.</param>
    /// <exception cref="IsthmusException">The address is no such URL, or an option is out of range.</exception>
    public NodeClient(Uri url, NodeClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))
            throw new IsthmusException(ErrorKind.Usage, $"'{url}' is not the address of a node: write it as http://HOST:PORT.");
        _options = options ?? NodeClientOptions.Default;
        _options.Validate();
        Url = new Uri(url.GetLeftPart(UriPartial.Authority), UriKind.Absolute);
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = _options.ConnectTimeout,
            InitialHttp2StreamWindowSize = _options.StreamWindow,
            KeepAlivePingDelay = _options.KeepAliveDelay,
            KeepAlivePingTimeout = _options.KeepAliveTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = Url,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _connecting = CreateRetries(_options);
    }

    /// <summary>The node's address.</summary>
    public Uri Url { get; }

    /// <summary>Reads "http://HOST:PORT".</summary>
    /// <exception cref="IsthmusException">The text is no such address.</exception>
    public static Uri ParseUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" ? url!
            : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not the address of a node: write it as http://HOST:PORT.");

    /// <summary>Whether the node is there and takes requests. False, not an exception, if it is not.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            using HttpResponseMessage response = await SendAsync(() => new(HttpMethod.Get, "/v2/health/ready"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (NodeException)
        {
            return false;
        }
    }

    /// <summary>The time of an empty request and its answer on an open connection.</summary>
    /// <exception cref="NodeException">There is no answer.</exception>
    public async Task<Milliseconds> PingAsync(CancellationToken cancellationToken = default)
    {
        long start = _options.Clock.GetTimestamp();
        using HttpResponseMessage response = await SendAsync(() => new(HttpMethod.Get, "/v2/health/live"), cancellationToken);
        return Milliseconds.Since(_options.Clock, start);
    }

    /// <summary>What the server says of itself.</summary>
    /// <exception cref="NodeException">There is no answer.</exception>
    public Task<ServerMetadata> DescribeAsync(CancellationToken cancellationToken = default) =>
        AskAsync<ServerMetadata>(() => new(HttpMethod.Get, "/v2"), cancellationToken);

    /// <summary>What the node says of itself, beyond the protocol.</summary>
    /// <exception cref="NodeException">There is no answer, or the server is no node of Isthmus.</exception>
    public async Task<NodeDescription> DescribeNodeAsync(CancellationToken cancellationToken = default) =>
        (await DescribeAsync(cancellationToken)).Isthmus
        ?? throw new NodeException(NodeFailure.Garbled, Url, $"The server at {Url.Authority} is no node of Isthmus; start one with 'isthmus serve'.");

    /// <summary>What the server says of a model.</summary>
    /// <param name="model">Its name or SHA-256.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NodeException">There is no answer, or no such model.</exception>
    public Task<ModelMetadata> DescribeModelAsync(string model, CancellationToken cancellationToken = default) =>
        AskAsync<ModelMetadata>(() => new(HttpMethod.Get, $"/v2/models/{Uri.EscapeDataString(model)}"), cancellationToken);

    /// <summary>Whether the node has a model.</summary>
    /// <exception cref="NodeException">There is no answer.</exception>
    public async Task<bool> HasModelAsync(ModelHash model, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage response = await SendAsync(() => new(HttpMethod.Head, $"/v2/isthmus/models/{model}"), cancellationToken);
        if (response.IsSuccessStatusCode) return true;
        if (response.StatusCode == HttpStatusCode.NotFound) return false;
        throw await FailureAsync(response, cancellationToken);
    }

    /// <summary>
    /// Makes sure that the node has a model and its manifest: sends the file only if the node lacks it, and asks at most once.
    /// </summary>
    /// <param name="hash">The model's hash.</param>
    /// <param name="model">The ONNX file.</param>
    /// <param name="manifest">The manifest as JSON; null if no images will be sent.</param>
    /// <param name="progress">Told how much has been sent.</param>
    /// <param name="cancellationToken">Gives up; the node keeps nothing half-written.</param>
    /// <returns>Whether the file was sent.</returns>
    /// <exception cref="NodeException">There is no answer, or the node refuses the model.</exception>
    public async Task<bool> ShipModelAsync(
        ModelHash hash, ReadOnlyMemory<byte> model, ReadOnlyMemory<byte>? manifest, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        string digest = manifest is { } m ? ModelHash.Of(m.Span).ToString() : "";
        await _shipping.WaitAsync(cancellationToken);
        try
        {
            bool known = _shipped.TryGetValue(hash, out string? shippedManifest);
            if (known && shippedManifest == digest) return false;
            bool send = !known && !await HasModelAsync(hash, cancellationToken);
            if (send)
            {
                progress?.Report(new("sends the model", 0));
                await TellAsync(() => new(HttpMethod.Put, $"/v2/isthmus/models/{hash}")
                {
                    Content = new MemoryContent(model, model.Length, "application/octet-stream", "sends the model", progress),
                }, cancellationToken);
            }

            if (manifest is { } bytes)
            {
                await TellAsync(() => new(HttpMethod.Put, $"/v2/isthmus/models/{hash}/manifest")
                {
                    Content = new MemoryContent(bytes, bytes.Length, "application/json"),
                }, cancellationToken);
            }

            _shipped[hash] = digest;
            return send;
        }
        finally
        {
            _shipping.Release();
        }
    }

    /// <summary>Makes sure that the node has trained tables: sends them only if the node lacks them, and asks at most once.</summary>
    /// <returns>Whether they were sent.</returns>
    /// <exception cref="NodeException">There is no answer, or the node refuses them.</exception>
    public async Task<bool> ShipTablesAsync(CodecTables tables, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tables);
        await _shipping.WaitAsync(cancellationToken);
        try
        {
            if (_shippedTables.Contains(tables.Hash)) return false;
            string path = $"/v2/isthmus/tables/{tables.Hash}";
            using HttpResponseMessage known = await SendAsync(() => new(HttpMethod.Head, path), cancellationToken);
            bool send = known.StatusCode == HttpStatusCode.NotFound;
            if (send)
            {
                await TellAsync(() => new(HttpMethod.Put, path) { Content = new MemoryContent(tables.Bytes, tables.Bytes.Length, "application/octet-stream") }, cancellationToken);
            }
            else if (!known.IsSuccessStatusCode)
            {
                throw await FailureAsync(known, cancellationToken);
            }

            _shippedTables.Add(tables.Hash);
            return send;
        }
        finally
        {
            _shipping.Release();
        }
    }

    /// <summary>Forgets that the model was sent, and its tables, so that the next <see cref="ShipModelAsync"/> asks again: the node may have lost it.</summary>
    public void Forget(ModelHash hash)
    {
        _shipping.Wait();
        _shipped.Remove(hash);
        _shippedTables.Clear();
        _shipping.Release();
    }

    /// <summary>Runs a segment, or the whole model.</summary>
    /// <param name="model">The model's SHA-256, or its name.</param>
    /// <param name="request">The request; the caller disposes it afterwards.</param>
    /// <param name="cancellationToken">Gives up: the node is told, and a late answer is dropped.</param>
    /// <exception cref="NodeException">There is no answer.</exception>
    public Task<InferExchange> InferAsync(string model, InferRequest request, CancellationToken cancellationToken = default) =>
        InferAsync(model, request, pace: null, cancellationToken);

    /// <summary>Runs a segment, or the whole model, on an input that is sent at a pace and may end early.</summary>
    /// <param name="model">The model's SHA-256, or its name.</param>
    /// <param name="request">The request; its last tensor says with <see cref="ProtocolNames.UntilMs"/> that it may end early. The caller disposes it afterwards.</param>
    /// <param name="pace">How the last tensor is sent; null for all of it, as fast as it goes.</param>
    /// <param name="cancellationToken">Gives up: the node is told, and a late answer is dropped.</param>
    /// <exception cref="NodeException">There is no answer.</exception>
    public async Task<InferExchange> InferAsync(string model, InferRequest request, BodyPace? pace, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using InferContent body = new(request, pace, _options.Clock);
        try
        {
            return await InferAsync(model, body, pace, cancellationToken);
        }
        finally
        {
            // An answer may come before the body's end: nothing may read the request's memory after this.
            if (pace is not null) await body.StopAsync();
        }
    }

    private async Task<InferExchange> InferAsync(string model, InferContent body, BodyPace? pace, CancellationToken cancellationToken)
    {
        TimedContent? sent = null;
        long start = _options.Clock.GetTimestamp();
        using HttpResponseMessage response = await SendAsync(
            () =>
            {
                start = _options.Clock.GetTimestamp();
                return new(HttpMethod.Post, $"/v2/models/{Uri.EscapeDataString(model)}/infer") { Content = sent = new(body, pace is null ? body.Length : null, _options.Clock) };
            },
            cancellationToken);
        Milliseconds firstByte = Milliseconds.Since(_options.Clock, start);
        if (!response.IsSuccessStatusCode) throw await FailureAsync(response, cancellationToken);

        InferResponse? answer = null;
        try
        {
            string? header = response.Headers.TryGetValues(ProtocolNames.HeaderLength, out IEnumerable<string>? values)
                || response.Content.Headers.TryGetValues(ProtocolNames.HeaderLength, out values) ? values.FirstOrDefault() : null;
            long? headerLength = InferReader.ParseHeaderLength(header);
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            answer = await InferReader.ReadResponseAsync(stream, headerLength, _options.Limits, cancellationToken);
            Milliseconds elapsed = Milliseconds.Since(_options.Clock, start);
            long received = response.Content.Headers.ContentLength ?? ((headerLength ?? 0) + InferWriter.BinaryLength(answer.Outputs));
            long written = sent!.Written;
            Milliseconds sentAfter = written == 0 ? firstByte : new(_options.Clock.GetElapsedTime(start, written).TotalMilliseconds);
            PacedTransfer? paced = body.Paced;
            ByteCount bytes = paced is null ? new(body.Length) : new(body.Length - paced.Whole.Value + paced.Content.Value);
            InferExchange exchange = new(answer, answer.Trace(), elapsed, sentAfter, firstByte, bytes, new(received)) { Paced = paced };
            answer = null;
            return exchange;
        }
        catch (Exception e) when (e is ProtocolException or HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw e is ProtocolException
                ? new NodeException(NodeFailure.Garbled, Url, $"The node {Url.Authority} answered what is no answer: {e.Message}", e)
                : Broken(e);
        }
        finally
        {
            answer?.Dispose();
        }
    }

    /// <summary>Has the node measure a segment; nothing else runs on it meanwhile.</summary>
    /// <exception cref="NodeException">There is no answer.</exception>
    public Task<MeasureReply> MeasureAsync(ModelHash model, MeasureRequest request, CancellationToken cancellationToken = default) =>
        AskAsync<MeasureReply>(() => new(HttpMethod.Post, $"/v2/isthmus/models/{model}/measure") { Content = JsonContent.Create(request, options: IsthmusJson.Compact) }, cancellationToken);

    /// <summary>Has the node make a segment ready, ahead of the requests for it.</summary>
    /// <exception cref="NodeException">There is no answer, or the segment is none of the model's.</exception>
    public Task<WarmReply> WarmAsync(ModelHash model, WarmRequest request, CancellationToken cancellationToken = default) =>
        AskAsync<WarmReply>(() => new(HttpMethod.Post, $"/v2/isthmus/models/{model}/warm") { Content = JsonContent.Create(request, options: IsthmusJson.Compact) }, cancellationToken);

    /// <summary>Has the node measure its link to another node.</summary>
    /// <param name="to">The other node's address, as this node reaches it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NodeException">There is no answer, or the node does not reach the other.</exception>
    public Task<ProbeReply> ProbeAsync(Uri to, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        return AskAsync<ProbeReply>(() => new(HttpMethod.Post, $"/v2/isthmus/probe?to={Uri.EscapeDataString(to.GetLeftPart(UriPartial.Authority))}"), cancellationToken);
    }

    /// <summary>Sends bytes that the node only counts.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>From the first byte of the request to the answer.</returns>
    /// <exception cref="NodeException">There is no answer.</exception>
    public async Task<Milliseconds> EchoAsync(ByteCount bytes, CancellationToken cancellationToken = default)
    {
        long start = 0;
        EchoReply reply = await AskAsync<EchoReply>(
            () =>
            {
                start = _options.Clock.GetTimestamp();
                return new(HttpMethod.Post, "/v2/isthmus/echo") { Content = new MemoryContent(Pattern, bytes.Value, "application/octet-stream") };
            },
            cancellationToken);
        Milliseconds elapsed = Milliseconds.Since(_options.Clock, start);
        return reply.Bytes == bytes.Value ? elapsed
            : throw new NodeException(NodeFailure.Garbled, Url, $"The node {Url.Authority} received {reply.Bytes} of {bytes.Value} bytes; something between damages requests.");
    }

    /// <summary>Closes the connection.</summary>
    public void Dispose()
    {
        _http.Dispose();
        _shipping.Dispose();
    }

    private async Task<T> AskAsync<T>(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await FailureAsync(response, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(IsthmusJson.Compact, cancellationToken) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new NodeException(NodeFailure.Garbled, Url, $"The node {Url.Authority} answered what is no answer: {e.Message}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw Broken(e);
        }
    }

    private async Task TellAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await FailureAsync(response, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        try
        {
            // A message can be sent only once, so each attempt has its own.
            return await _connecting.ExecuteAsync(
                async (make, token) =>
                {
                    using HttpRequestMessage message = make();
                    return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token);
                },
                create,
                cancellationToken);
        }
        catch (HttpRequestException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw NeverConnected(e)
                ? new NodeException(NodeFailure.Unreachable, Url, $"The node {Url.Authority} cannot be reached; check that it runs and that the address is right.", e)
                : Broken(e);
        }
        catch (IOException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Broken(e);
        }
        catch (HttpRequestException e)
        {
            throw new OperationCanceledException("The request was cancelled.", e, cancellationToken);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Only the connect timeout remains.
            throw new NodeException(NodeFailure.Unreachable, Url, $"The node {Url.Authority} did not take a connection within {_options.ConnectTimeout.TotalSeconds:0.#} s; check that it runs and that the address is right.", e);
        }
    }

    private NodeException Broken(Exception e) =>
        new(NodeFailure.Broken, Url, $"The connection to the node {Url.Authority} broke before its answer was complete; check the node's log and the link.", e);

    private async Task<NodeException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string reason = "";
        try
        {
            ErrorBody? body = await response.Content.ReadFromJsonAsync<ErrorBody>(IsthmusJson.Compact, cancellationToken);
            reason = body?.Error ?? "";
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException or NotSupportedException && !cancellationToken.IsCancellationRequested)
        {
            // The status alone must do.
        }

        if (reason.Length == 0) reason = $"HTTP status {(int)response.StatusCode}.";
        NodeFailure failure = (int)response.StatusCode switch
        {
            404 => NodeFailure.Unknown,
            408 or 504 => NodeFailure.Timeout,
            429 or 503 => NodeFailure.Busy,
            >= 500 => NodeFailure.Failed,
            _ => NodeFailure.Refused,
        };
        return new(failure, Url, $"The node {Url.Authority} says: {reason}");
    }

    private static bool NeverConnected(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError;

    private static ResiliencePipeline CreateRetries(NodeClientOptions options)
    {
        if (options.ConnectRetries == 0) return ResiliencePipeline.Empty;
        return new ResiliencePipelineBuilder { TimeProvider = options.Clock }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(NeverConnected),
                MaxRetryAttempts = options.ConnectRetries,
                Delay = options.ConnectRetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = false,
            })
            .Build();
    }

    private static byte[] MakePattern()
    {
        // Noise, so that a link that compresses is not taken for a fast one.
        byte[] pattern = new byte[PatternLength];
        new Random(1).NextBytes(pattern);
        return pattern;
    }
}
