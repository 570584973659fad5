using Isthmus.Core.Errors;
using Isthmus.Core.Json;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Isthmus.Node.Endpoints;

/// <summary>Answers every error as the protocol says: a status, and a JSON object with one sentence.</summary>
internal sealed partial class ErrorAnswers(ILogger<ErrorAnswers> logger)
{
    /// <summary>The status of requests whose caller went away; it is counted, never seen.</summary>
    public const int CallerGone = 499;

    /// <summary>The status and the sentence of an error.</summary>
    public static (int Status, string Message, int? RetryAfter) Describe(Exception error) => error switch
    {
        NodeRefusal e => (e.Status, e.Message, e.RetryAfterSeconds),
        ProtocolException { Error: ProtocolError.TooLarge } e => (413, e.Message, null),
        ProtocolException { Error: ProtocolError.TooLate } e => (408, e.Message, null),
        NodeException e => (502, e.Message, null),
        IsthmusException { Kind: ErrorKind.Data or ErrorKind.Usage or ErrorKind.Model } e => (400, e.Message, null),
        IsthmusException e => (500, e.Message, null),
        BadHttpRequestException e => (e.StatusCode, e.Message, null),
        OperationCanceledException => (503, "The node was stopped before there was an answer; use another node.", 5),
        _ => (500, "The node failed on this request; its log says why.", null),
    };

    /// <summary>The middleware.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            context.Response.StatusCode = CallerGone;
        }
        catch (Exception e)
        {
            await AnswerAsync(context, e);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception error)
    {
        (int status, string message, int? retryAfter) = Describe(error);
        if (status == 500) Log.Failed(logger, context.Request.Method, context.Request.Path, error);
        else Log.Refused(logger, context.Request.Method, context.Request.Path, status, message);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString();
        await context.Response.WriteAsJsonAsync(new ErrorBody(message), IsthmusJson.Compact, context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 10, Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        public static partial void Failed(ILogger logger, string method, PathString path, Exception error);

        [LoggerMessage(EventId = 11, Level = LogLevel.Debug, Message = "{Method} {Path} was refused with {Status}: {Reason}")]
        public static partial void Refused(ILogger logger, string method, PathString path, int status, string reason);
    }
}
