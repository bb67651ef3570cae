# SPDX-License-Identifier: Apache-2.0
"""The shared library: where it is found, and the C interface of each function that is called."""

import ctypes
import ctypes.util
import os


class DateFields(ctypes.Structure):
    _fields_ = [("days", ctypes.c_int64)]


class TimeFields(ctypes.Structure):
    _fields_ = [("nanos", ctypes.c_int64), ("offset_seconds", ctypes.c_int32)]


class DateTimeFields(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_int64), ("nanos", ctypes.c_int32), ("offset_seconds", ctypes.c_int32),
                ("zone", ctypes.c_char_p)]


class DurationFields(ctypes.Structure):
    _fields_ = [("months", ctypes.c_int64), ("days", ctypes.c_int64), ("seconds", ctypes.c_int64),
                ("nanos", ctypes.c_int32)]


class PassageFields(ctypes.Structure):
    _fields_ = [("number", ctypes.c_int), ("document", ctypes.c_char_p), ("title", ctypes.c_char_p),
                ("begin_byte", ctypes.c_uint64), ("end_byte", ctypes.c_uint64), ("text", ctypes.c_char_p),
                ("score", ctypes.c_double), ("found_by", ctypes.c_char_p)]


Piece = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
Progress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_void_p)
CheckProgress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_void_p)
CheckFinding = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p)
ImportProgress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_char_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_void_p)
EmbedProgress = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p)

_p = ctypes.c_void_p
_pp = ctypes.POINTER(ctypes.c_void_p)
_s = ctypes.c_char_p
_n = ctypes.c_size_t
_i = ctypes.c_int64

# Name -> (result, arguments) of every function that is called.
_FUNCTIONS = {
    "kith_version": (_s, []),
    "kith_error_free": (None, [_p]), "kith_error_code": (ctypes.c_int, [_p]), "kith_error_message": (_s, [_p]),
    "kith_error_detail": (_s, [_p]), "kith_error_describe": (_s, [_p]), "kith_error_line": (ctypes.c_uint32, [_p]),
    "kith_error_column": (ctypes.c_uint32, [_p]), "kith_code_name": (_s, [ctypes.c_int]),
    "kith_options_new": (_p, []), "kith_options_free": (None, [_p]),
    "kith_options_set": (ctypes.c_int, [_p, _s, _i, _pp]), "kith_options_set_text": (ctypes.c_int, [_p, _s, _s, _pp]),
    "kith_open": (ctypes.c_int, [_s, _p, _pp, _pp]), "kith_close": (None, [_p]),
    "kith_check": (ctypes.c_int, [_p, _n, CheckProgress, CheckFinding, _p, ctypes.POINTER(_n), _pp]),
    "kith_backup": (ctypes.c_int, [_p, _s, _n, ctypes.POINTER(ctypes.c_uint32), _pp]),
    "kith_restore": (ctypes.c_int, [_s, _s, ctypes.c_uint32, _pp]),
    "kith_import_new": (_p, []), "kith_import_free": (None, [_p]),
    "kith_import_add_path": (ctypes.c_int, [_p, _s, _pp]), "kith_import_add_labels": (ctypes.c_int, [_p, _s, _pp]),
    "kith_import_add_nodes": (ctypes.c_int, [_p, _s, ctypes.POINTER(_s), _n, _pp]),
    "kith_import_add_relationships": (ctypes.c_int, [_p, _s, ctypes.POINTER(_s), _n, _pp]),
    "kith_import_set": (ctypes.c_int, [_p, _s, _i, _pp]), "kith_import_set_text": (ctypes.c_int, [_p, _s, _s, _pp]),
    "kith_import_run": (ctypes.c_int, [_p, _s, ImportProgress, _p, _pp]),
    "kith_import_counted": (ctypes.c_uint64, [_p, ctypes.c_int]),
    "kith_import_bad_line": (_s, [_p, _n, ctypes.POINTER(ctypes.c_uint64), ctypes.POINTER(_s)]),
    "kith_import_passed_over": (_s, [_p, _n]),
    "kith_connect": (ctypes.c_int, [_p, _pp, _pp]), "kith_disconnect": (None, [_p]),
    "kith_begin": (ctypes.c_int, [_p, _pp]), "kith_begin_read_only": (ctypes.c_int, [_p, _pp]),
    "kith_begin_serializable": (ctypes.c_int, [_p, _pp]), "kith_set_isolation": (ctypes.c_int, [_p, ctypes.c_int, _pp]),
    "kith_commit": (ctypes.c_int, [_p, _pp]), "kith_rollback": (ctypes.c_int, [_p, _pp]),
    "kith_in_transaction": (ctypes.c_int, [_p]), "kith_cancel": (None, [_p]),
    "kith_set_timeout": (ctypes.c_int, [_p, ctypes.c_uint64, _pp]),
    "kith_prepare": (ctypes.c_int, [_p, _s, _n, _pp, _pp]), "kith_statement_free": (None, [_p]),
    "kith_bind_value": (ctypes.c_int, [_p, _s, _p, _pp]), "kith_clear_bindings": (None, [_p]),
    "kith_statement_execute": (ctypes.c_int, [_p, _pp, _pp]),
    "kith_result_free": (None, [_p]), "kith_result_column_count": (_n, [_p]),
    "kith_result_column_name": (_s, [_p, _n]), "kith_result_next": (ctypes.c_int, [_p, _pp]),
    "kith_result_value": (_p, [_p, _n]), "kith_result_plan": (_s, [_p]),
    "kith_result_counter": (ctypes.c_uint64, [_p, ctypes.c_int]),
    "kith_value_type": (ctypes.c_int, [_p]), "kith_value_boolean": (ctypes.c_int, [_p]),
    "kith_value_integer": (_i, [_p]), "kith_value_float": (ctypes.c_double, [_p]),
    "kith_value_string": (_p, [_p, ctypes.POINTER(_n)]), "kith_value_date": (DateFields, [_p]),
    "kith_value_time": (TimeFields, [_p]), "kith_value_datetime": (DateTimeFields, [_p]),
    "kith_value_duration": (DurationFields, [_p]), "kith_value_size": (_n, [_p]), "kith_value_at": (_p, [_p, _n]),
    "kith_value_property_count": (_n, [_p]), "kith_value_property_name": (_s, [_p, _n]),
    "kith_value_property_at": (_p, [_p, _n]), "kith_value_id": (_i, [_p]), "kith_value_label_count": (_n, [_p]),
    "kith_value_label": (_s, [_p, _n]), "kith_value_relationship_type": (_s, [_p]),
    "kith_value_start_id": (_i, [_p]), "kith_value_end_id": (_i, [_p]), "kith_value_path_length": (_n, [_p]),
    "kith_value_path_node": (_p, [_p, _n]), "kith_value_path_relationship": (_p, [_p, _n]),
    "kith_value_to_text": (_p, [_p]), "kith_text_free": (None, [_p]),
    "kith_value_free": (None, [_p]), "kith_value_new_null": (_p, []), "kith_value_new_boolean": (_p, [ctypes.c_int]),
    "kith_value_new_integer": (_p, [_i]), "kith_value_new_float": (_p, [ctypes.c_double]),
    "kith_value_new_string": (_p, [_s, _n]), "kith_value_new_list": (_p, [_pp, _n]),
    "kith_value_new_map": (_p, [ctypes.POINTER(_s), _pp, _n]), "kith_value_new_date": (_p, [DateFields]),
    "kith_value_new_local_time": (_p, [_i]), "kith_value_new_time": (_p, [TimeFields]),
    "kith_value_new_local_datetime": (_p, [_i, ctypes.c_int32]), "kith_value_new_datetime": (_p, [DateTimeFields]),
    "kith_value_new_duration": (_p, [DurationFields]),
    "kith_value_new_integers": (_p, [ctypes.POINTER(_i), _n]),
    "kith_value_new_floats": (_p, [ctypes.POINTER(ctypes.c_double), _n]),
    "kith_value_new_strings": (_p, [_s, ctypes.POINTER(_n), _n]),
    "kith_value_new_maps": (_p, [ctypes.POINTER(_s), _pp, _n]),
    "kith_ingest_options_new": (_p, []), "kith_ingest_options_free": (None, [_p]),
    "kith_ingest_options_set": (ctypes.c_int, [_p, _s, _i, _pp]),
    "kith_rag_ingest_all": (ctypes.c_int, [_p, ctypes.POINTER(_s), _n, _p, Progress, _p, _pp, _pp]),
    "kith_ingest_report_free": (None, [_p]), "kith_ingest_report_count": (_n, [_p, ctypes.c_int]),
    "kith_ingest_report_skipped": (_s, [_p, _n]), "kith_ingest_report_reason": (_s, [_p, _n]),
    "kith_rag_ingest_text": (ctypes.c_int, [_p, _s, _s, _n, _pp]), "kith_rag_delete": (ctypes.c_int, [_p, _s, _pp]),
    "kith_rag_embed": (ctypes.c_int, [_p, EmbedProgress, _p, ctypes.POINTER(_n), _pp]),
    "kith_ask_options_new": (_p, []), "kith_ask_options_free": (None, [_p]),
    "kith_ask_options_set": (ctypes.c_int, [_p, _s, _i, _pp]),
    "kith_ask_options_set_float": (ctypes.c_int, [_p, _s, ctypes.c_double, _pp]),
    "kith_ask_options_set_text": (ctypes.c_int, [_p, _s, _s, _pp]),
    "kith_rag_ask": (ctypes.c_int, [_p, _s, _p, Piece, _p, _pp, _pp]),
    "kith_rag_retrieve": (ctypes.c_int, [_p, _s, _p, _pp, _pp]),
    "kith_answer_free": (None, [_p]), "kith_answer_text": (_s, [_p]), "kith_answer_abstained": (ctypes.c_int, [_p]),
    "kith_answer_by_model": (ctypes.c_int, [_p]), "kith_answer_asked": (_s, [_p]),
    "kith_answer_route": (_s, [_p]), "kith_answer_reason_count": (_n, [_p]), "kith_answer_reason": (_s, [_p, _n]),
    "kith_answer_citation_count": (_n, [_p]),
    "kith_answer_citation": (ctypes.c_int, [_p, _n, ctypes.POINTER(PassageFields)]),
    "kith_answer_passage_count": (_n, [_p]),
    "kith_answer_passage": (ctypes.c_int, [_p, _n, ctypes.POINTER(PassageFields)]),
    "kith_answer_evidence_svg": (_s, [_p]), "kith_answer_html": (_s, [_p]),
    "kith_answer_confidence": (ctypes.c_double, [_p]),
}


def _load():
    path = os.environ.get("KITH_LIBRARY") or ctypes.util.find_library("kith") or "libkith.so.0"
    try:
        library = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(f"the Kith library could not be loaded ({error}); install it, or set KITH_LIBRARY to the path "
                          "of libkith.so.0") from error
    for name, (result, arguments) in _FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{path} lacks {name}, which this Python module needs: it is another version of Kith, or "
                              "not Kith; install the library and the module of one version, or set KITH_LIBRARY") from None
        function.restype = result
        function.argtypes = arguments
    return library


lib = _load()


def version() -> str:
    """The library's version, such as "0.1.0"."""
    return lib.kith_version().decode()
