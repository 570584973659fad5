using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>The client of an orchestrator (docs/orchestrate.md). Nothing is tried again here: callers have something better to do. Thread-safe.</summary>
public sealed class OrchestratorClient : IDisposable
{
    private const int MaxAnswer = 16 << 20;

    private readonly HttpClient _http;

    /// <summary>Creates the client; it connects with its first request.</summary>
    /// <param name="url">The orchestrator's address, http:// or https://, without a path.</param>
    /// <exception cref="IsthmusException">The address is no such URL.</exception>
    public OrchestratorClient(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))
            throw new IsthmusException(ErrorKind.Usage, $"'{url}' is not the address of an orchestrator: write it as http://HOST:PORT.");
        Url = new Uri(url.GetLeftPart(UriPartial.Authority), UriKind.Absolute);
        SocketsHttpHandler handler = new()
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        };
        _http = new HttpClient(handler) { BaseAddress = Url, Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxAnswer };
    }

    /// <summary>The orchestrator's address.</summary>
    public Uri Url { get; }

    /// <summary>Registers a user, or changes what it can do and wants.</summary>
    /// <exception cref="NodeException">There is no answer.</exception>
    public Task<PlanAdvice> RegisterAsync(string user, UserRegistration registration, CancellationToken cancellationToken = default) =>
        AskAsync<PlanAdvice>(HttpMethod.Put, $"/v1/users/{Uri.EscapeDataString(user)}", registration, cancellationToken);

    /// <summary>Asks for a plan.</summary>
    /// <exception cref="NodeException">There is no answer. <see cref="NodeFailure.Unknown"/>: the user must register first.</exception>
    public Task<PlanAdvice> AskAsync(string user, PlanQuestion question, CancellationToken cancellationToken = default) =>
        AskAsync<PlanAdvice>(HttpMethod.Post, $"/v1/users/{Uri.EscapeDataString(user)}/plan", question, cancellationToken);

    /// <summary>Reports what became of a request; the answer is the plan for the next one.</summary>
    /// <exception cref="NodeException">There is no answer. <see cref="NodeFailure.Unknown"/>: the user must register first.</exception>
    public Task<PlanAdvice> ReportAsync(string user, RequestOutcome outcome, CancellationToken cancellationToken = default) =>
        AskAsync<PlanAdvice>(HttpMethod.Post, $"/v1/users/{Uri.EscapeDataString(user)}/outcome", outcome, cancellationToken);

    /// <summary>Leaves: nothing is decided for the user any more.</summary>
    /// <exception cref="NodeException">There is no answer.</exception>
    public async Task LeaveAsync(string user, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Delete, $"/v1/users/{Uri.EscapeDataString(user)}", body: null, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await FailureAsync(response, cancellationToken);
    }

    /// <summary>Reports how a node is.</summary>
    /// <exception cref="NodeException">There is no answer.</exception>
    public Task<NodeAcknowledgement> ReportNodeAsync(string node, NodeReport report, CancellationToken cancellationToken = default) =>
        AskAsync<NodeAcknowledgement>(HttpMethod.Put, $"/v1/nodes/{Uri.EscapeDataString(node)}", report, cancellationToken);

    /// <summary>All that the orchestrator tells of itself.</summary>
    /// <exception cref="NodeException">There is no answer.</exception>
    public Task<OrchestratorState> StateAsync(CancellationToken cancellationToken = default) => AskAsync<OrchestratorState>(HttpMethod.Get, "/v1/state", body: null, cancellationToken);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _http.Dispose();

    private async Task<T> AskAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(method, path, body, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await FailureAsync(response, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(IsthmusJson.Compact, cancellationToken) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException)
        {
            throw new NodeException(NodeFailure.Garbled, Url, $"The orchestrator {Url.Authority} answered what is no answer: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(method, path);
        if (body is not null)
        {
            message.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), IsthmusJson.Compact));
            message.Content.Headers.ContentType = new("application/json");
        }

        try
        {
            return await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, cancellationToken);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new NodeException(NodeFailure.Garbled, Url, $"The orchestrator {Url.Authority} answers more than {MaxAnswer} bytes, which is no answer.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
        {
            throw new NodeException(NodeFailure.Unreachable, Url, $"The orchestrator {Url.Authority} cannot be reached; check that it runs and that the address is right.", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // Only the connect timeout remains.
            throw new NodeException(NodeFailure.Unreachable, Url, $"The orchestrator {Url.Authority} did not take a connection; check that it runs and that the address is right.", e);
        }
    }

    private async Task<NodeException> FailureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string reason = "";
        try
        {
            reason = (await response.Content.ReadFromJsonAsync<ErrorBody>(IsthmusJson.Compact, cancellationToken))?.Error ?? "";
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            // The status alone must do.
        }

        if (reason.Length is 0 or > 2000) reason = $"HTTP status {(int)response.StatusCode}.";
        NodeFailure failure = (int)response.StatusCode switch
        {
            404 or 409 => NodeFailure.Unknown,
            408 or 504 => NodeFailure.Timeout,
            429 or 503 => NodeFailure.Busy,
            >= 500 => NodeFailure.Failed,
            _ => NodeFailure.Refused,
        };
        return new(failure, Url, $"The orchestrator {Url.Authority} says: {reason}");
    }
}
