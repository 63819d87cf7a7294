/** Icons, by name, from lucide (ISC): one by one, so that only those in use are sent. */
export {
  AlertTriangle, Check, ChevronDown, ChevronLeft, ChevronRight, Copy, Download, FileText, FolderOpen, Grid3x3 as Grid, Image, Info, Keyboard,
  List, LogOut, Monitor, Moon, MoreHorizontal, Pencil, Pin, Play, Plus, RefreshCw, Search, Settings, Sun, Tag, Trash2 as Trash, Type as Text,
  Upload, User, Users, X,
} from 'lucide-react';
