using System.Net;
using System.Text;
using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Progress;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>
/// Posts damaged and made-up pictures to a node: as bodies over HTTP/1.1 and HTTP/2, cut off, too long, with damaged JSON, as streams that end early, trickle or never end. The node answers each or
/// refuses it in one sentence with a status of the caller's fault; it goes on answering, and its memory stays bounded. Anything else is a finding.
/// </summary>
public sealed class UploadFuzzer
{
    private const int Parallel = 4;
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(30);

    private readonly ImageFuzzOptions _options;
    private readonly Uri _node;
    private readonly string _path;
    private readonly TimeProvider _clock;
    private readonly ImageMutator _mutator;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string, string), ImageFuzzTally> _tallies = [];
    private readonly List<ImageFuzzFinding> _findings = [];
    private long _findingCount;
    private long _accepted;
    private long _good;
    private long _done;
    private long _peak;

    /// <summary>Prepares a run.</summary>
    /// <param name="options">Seed, inputs, limits.</param>
    /// <param name="node">The node.</param>
    /// <param name="model">The model's name on the node.</param>
    /// <param name="clock">The clock.</param>
    public UploadFuzzer(ImageFuzzOptions options, Uri node, string model, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(node);
        options.Validate();
        _options = options;
        _node = node;
        _path = $"/v2/models/{Uri.EscapeDataString(model)}/infer";
        _clock = clock ?? TimeProvider.System;
        _mutator = new(new ImageCorpus(options.Manifest), options.Seed);
    }

    private enum Way
    {
        Plain,
        OldHttp,
        Short,
        Long,
        BadJson,
        EndsEarly,
        Trickles,
        NeverEnds,
    }

    /// <summary>Runs.</summary>
    /// <exception cref="IsthmusException">The node is not there.</exception>
    public async Task<ImageFuzzReport> RunAsync(IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        long start = _clock.GetTimestamp();
        using SocketsHttpHandler handler = new() { UseProxy = false, UseCookies = false };
        using HttpClient http = new(handler) { BaseAddress = _node, Timeout = Timeout.InfiniteTimeSpan };
        await System.Threading.Tasks.Parallel.ForAsync(_options.From, _options.From + _options.Count, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, async (i, token) =>
        {
            await PostAsync(http, i, token);
            long done = Interlocked.Increment(ref _done);
            if (done % 250 != 0) return;
            await LookAsync(http, i, token);
            progress?.Report(new($"{done:N0} of {_options.Count:N0} uploads, {done / _clock.GetElapsedTime(start).TotalSeconds:N0} a second", (double)done / _options.Count));
        });
        await LookAsync(http, _options.From + _options.Count - 1, cancellationToken);
        return new(
            _options.Seed, _options.From, _done, _clock.GetElapsedTime(start).TotalSeconds, _good, _accepted, _done - _accepted,
            [.. _tallies.Values.Select(t => t with { PeakBytes = _peak }).OrderBy(t => t.Form, StringComparer.Ordinal)], _findingCount, [.. _findings.OrderBy(f => f.Input)]);
    }

    private async Task PostAsync(HttpClient http, long index, CancellationToken cancellationToken)
    {
        ImageFuzzInput input = _mutator.Make(index);
        FuzzRandom random = FuzzRandom.Of(~_options.Seed, index);
        Way way = (Way)random.Next(Enum.GetValues<Way>().Length);
        bool isOpen = way >= Way.EndsEarly;
        int announced = way switch
        {
            Way.Short => input.Bytes.Length + 1 + random.Next(1000),
            Way.Long => Math.Max(0, input.Bytes.Length - 1 - random.Next(Math.Max(1, input.Bytes.Length))),
            _ => isOpen && random.OneIn(3) ? input.Bytes.Length + random.Next(100_000) : input.Bytes.Length,
        };
        byte[] json = Json(ref random, input, announced, isOpen);
        if (way == Way.BadJson) json[random.Next(json.Length)] ^= (byte)(1 << random.Next(8));
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using HttpRequestMessage request = new(HttpMethod.Post, _path)
        {
            Version = way == Way.OldHttp || (way == Way.EndsEarly && random.OneIn(2)) ? HttpVersion.Version11 : HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new UploadContent(json, input.Bytes, isOpen ? 1 + random.Next(2000) : int.MaxValue, way == Way.NeverEnds ? answered.Task : null, slow: way == Way.Trickles),
        };
        request.Content.Headers.Add(ProtocolNames.HeaderLength, json.Length.ToString());
        long start = _clock.GetTimestamp();
        string? defect = null;
        bool accepted = false;
        FuzzFindingKind kind = FuzzFindingKind.Crash;
        try
        {
            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            string body = await response.Content.ReadAsStringAsync(limit.Token);
            accepted = response.IsSuccessStatusCode;
            if (!accepted) defect = Judge((int)response.StatusCode, body);
            if (!accepted && defect is null && input.IsGood && (way is Way.Plain or Way.OldHttp))
                (kind, defect) = (FuzzFindingKind.GoodFrameRefused, $"A good picture was refused: {body}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            (kind, defect) = (FuzzFindingKind.Hang, $"There was no answer within {AnswerLimit.TotalSeconds:0} s.");
        }
        catch (HttpRequestException) when (way is Way.Long or Way.Short or Way.BadJson or Way.Trickles or Way.NeverEnds)
        {
            // The node may end a connection whose body is wrong; that it goes on is looked after.
        }
        catch (HttpRequestException e)
        {
            defect = $"The connection broke: {e.Message}";
        }
        finally
        {
            answered.TrySetResult();
        }

        Note(index, input, way, _clock.GetElapsedTime(start).TotalMilliseconds, accepted, defect is null ? null : (kind, defect));
    }

    // What a refusal must be; null if it is.
    private static string? Judge(int status, string body)
    {
        if (status is not (400 or 404 or 408 or 413 or 429)) return $"The status was {status}: {body}";
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            string error = json.RootElement.GetProperty("error").GetString() ?? "";
            return error.Length is > 10 and < 600 && !error.Contains('\n', StringComparison.Ordinal) ? null : $"The refusal is no sentence: {body}";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // The server's own refusal of what is no HTTP has no body.
            return body.Length == 0 ? null : $"The refusal is no JSON: {body}";
        }
    }

    private static byte[] Json(ref FuzzRandom random, ImageFuzzInput input, int announced, bool isOpen)
    {
        Dictionary<string, object> parameters = new() { [ProtocolNames.BinaryDataSize] = announced, [ProtocolNames.Input] = input.Form.ToString() };
        if (isOpen)
        {
            parameters[ProtocolNames.UntilMs] = 1 + random.Next(30);
            parameters[ProtocolNames.Least] = random.OneIn(8) ? announced : 1 + random.Next(Math.Max(1, Math.Min(announced, 300)));
        }

        return Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new
        {
            parameters = new Dictionary<string, object> { [ProtocolNames.BinaryDataOutput] = true, [ProtocolNames.Isthmus] = "{\"deadlineMs\":2000}" },
            inputs = new[] { new { name = "image", datatype = "UINT8", shape = new[] { announced }, parameters } },
        }));
    }

    // Whether the node still answers, and what memory it has in use.
    private async Task LookAsync(HttpClient http, long index, CancellationToken cancellationToken)
    {
        try
        {
            string metrics = await http.GetStringAsync("/metrics", cancellationToken);
            string? line = metrics.Split('\n').FirstOrDefault(l => l.StartsWith("isthmus_process_memory", StringComparison.Ordinal) && !l.StartsWith('#'));
            long bytes = line is null ? 0 : (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
            lock (_lock) _peak = Math.Max(_peak, bytes);
            if (bytes > _options.MemoryLimit) Add(new(FuzzFindingKind.Memory, index, "", "", [], $"The node had {bytes} bytes in use; {_options.MemoryLimit} are the limit."));
        }
        catch (HttpRequestException e)
        {
            throw new IsthmusException(ErrorKind.Verification, $"The node does not answer any more, about input {index} of seed {_options.Seed}: {e.Message}", e);
        }
    }

    private void Note(long index, ImageFuzzInput input, Way way, double ms, bool accepted, (FuzzFindingKind Kind, string Message)? defect)
    {
        (string, string) key = (way.ToString(), "");
        ImageFuzzTally one = new(way.ToString(), "", 1, accepted ? 1 : 0, ms, 0);
        lock (_lock)
        {
            if (accepted) _accepted++;
            if (input.IsGood) _good++;
            _tallies[key] = _tallies.TryGetValue(key, out ImageFuzzTally? known) ? ImageFuzzTally.Sum(known, one) : one;
        }

        if (defect is { } d) Add(new(d.Kind, index, input.Form.ToString(), input.Corpus, [way.ToString(), .. input.Mutations], d.Message));
    }

    private void Add(ImageFuzzFinding finding)
    {
        lock (_lock)
        {
            _findingCount++;
            if (_findings.Count < _options.MaxFindings) _findings.Add(finding);
        }
    }

    // A body in pieces, which may wait for its answer before it ends.
    private sealed class UploadContent(byte[] json, byte[] bytes, int piece, Task? end, bool slow) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(json, cancellationToken);
            for (int at = 0; at < bytes.Length; at += piece)
            {
                int length = Math.Min(piece, bytes.Length - at);
                await stream.WriteAsync(bytes.AsMemory(at, length), cancellationToken);
                if (slow)
                {
                    await stream.FlushAsync(cancellationToken);
                    await Task.Yield();
                }

                if (piece == int.MaxValue) break;
            }

            await stream.FlushAsync(cancellationToken);
            if (end is not null) await end.WaitAsync(cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = json.Length + bytes.Length;
            return piece == int.MaxValue;
        }
    }
}
